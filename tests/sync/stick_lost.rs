//! The file of a lost desk: what it wrote is its visitors', and comes in where somebody vouches for it.

use std::path::Path;
use std::sync::Arc;

use district_server::{TakenIn, Voucher};
use intake_model::Code;
use testkit::district::CENTRE;

use crate::stick::{Office, count, import};

impl Office {
    fn vouched(&self, file: &Path, by: &str, reason: &str) -> district_server::Result<TakenIn> {
        let (server, file) = (Arc::clone(self.district.district()), file.to_owned());
        let voucher = Voucher { by: by.to_owned(), reason: reason.to_owned() };
        self.district.wait(async move { server.import_lost(&file, &voucher).await }).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_a_lost_desk_comes_in_where_somebody_vouches_for_it_and_that_is_written_down() {
    let office = Office::new().await;
    let number = office.registers();
    office.attaches(&number, 1, 300_000);
    let (written, _) = office.writes("");
    let file: &Path = written.path.as_ref();
    let early = office.vouched(file, "王芳", "电脑在搬迁中丢失").unwrap_err().to_string();
    assert!(early.contains("its desk is not lost"), "{early}");
    let server = Arc::clone(office.district.district());
    office.district.wait(async move { server.lost(CENTRE, 1).await }).unwrap().unwrap();
    assert_eq!(import(&office.district, file).unwrap_err().code(), Code::DeskRevoked);
    for (by, why) in [("", "电脑在搬迁中丢失"), ("王芳", "  ")] {
        let said = office.vouched(file, by, why).unwrap_err().to_string();
        assert!(said.contains("say who vouches for it and why"), "{said}");
    }
    let acts = "SELECT count(*) FROM staff_acts WHERE act = 'lost_file_taken'";
    let stored = "SELECT count(*) FROM entries";
    assert_eq!((count(&office.district, stored), count(&office.district, acts)), (0, 0));

    let taken = office.vouched(file, "王芳", "电脑在搬迁中丢失，U盘由李刚送来").unwrap();
    assert!(taken.stored > 0 && taken.set_aside == 0, "{taken:?}");
    assert_eq!((taken.files, taken.files_broken, taken.files_missing), (1, 0, 0));
    assert_eq!(count(&office.district, "SELECT count(*) FROM matters"), 1);
    let told = "SELECT count(*) FROM staff_acts WHERE act = 'lost_file_taken' AND name = '王芳' AND desk = 1
                AND centre = '120110005' AND reason = '电脑在搬迁中丢失，U盘由李刚送来'";
    assert_eq!(count(&office.district, told), 1);
    // No answer: it would tell the desk's finder what others wrote.
    assert!(taken.answer.is_none());
    let names = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|one| one.unwrap().file_name());
    assert!(!names.into_iter().any(|name| name.to_string_lossy().starts_with("回执")));
    // The desk itself stays refused, on a stick and on the line.
    assert_eq!(import(&office.district, file).unwrap_err().code(), Code::DeskRevoked);
    let result = office.desk.exchange(|_| {}).await.unwrap();
    assert_eq!(result.trouble.unwrap().code, Code::DeskRevoked);
    let again = office.vouched(file, "王芳", "再收一次").unwrap();
    assert_eq!((again.stored, again.already_had > 0), (0, true));
    // What was cut or changed is refused, whoever vouches for it.
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() - 1]).unwrap();
    let said = office.vouched(file, "王芳", "再收一次").unwrap_err().to_string();
    assert!(said.contains("cut short or was changed"), "{said}");
}
