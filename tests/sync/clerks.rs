//! A clerk of whom the district says that they have left.

use std::sync::Arc;

use intake_app::{Desk, ExchangeResult, Phase, Role};
use intake_model::Code;
use testkit::desk::{CLERK, CLERK_ID, PASSWORD, form};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits;

const ADMINISTRATOR: u32 = 1;

struct Office {
    district: LocalDistrict,
    desk: Desk,
    home: tempfile::TempDir,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let district = LocalDistrict::start(folder.path()).unwrap();
        let desk = testkit::desk::made(home.path()).unwrap();
        desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 1).unwrap()).await.unwrap();
        let office = Self { district, desk, home, _folder: folder };
        office.exchange().await;
        office
    }

    async fn exchange(&self) -> ExchangeResult {
        let result = self.desk.exchange(|_| {}).await.unwrap();
        assert!(result.in_step, "{result:?}");
        result
    }

    fn has_left(&self, clerk: u32, name: &'static str) {
        let server = Arc::clone(self.district.district());
        let left = async move { server.clerk_left("王科长", CENTRE, 1, clerk, name).await };
        self.district.wait(left).unwrap().unwrap();
    }

    fn administrator(&self) -> intake_app::Result<intake_app::DeskState> {
        self.desk.sign_in(ADMINISTRATOR, &form(self.home.path()).administrator_password)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_who_has_left_signs_in_no_more_from_the_next_exchange_on() {
    let office = Office::new().await;
    office.has_left(CLERK_ID, CLERK);
    let ring = std::fs::read(office.home.path().join("desk/keyring.json")).unwrap();
    let result = office.exchange().await;
    assert_eq!(result.clerks_left, [CLERK]);
    assert_eq!(result.trouble, None);
    assert_ne!(std::fs::read(office.home.path().join("desk/keyring.json")).unwrap(), ring, "the key is another one");
    let clerks = office.desk.clerks().unwrap();
    assert!(clerks.iter().find(|one| one.id == CLERK_ID).unwrap().disabled, "{clerks:?}");
    // Who is at work stays at work, and all is written on as before.
    office.desk.register(&visits::property_fee()).unwrap();
    assert!(office.exchange().await.clerks_left.is_empty());
    office.desk.verify().unwrap();
    office.desk.sign_out().unwrap();
    assert_eq!(office.desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WrongPassword);
    office.administrator().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_is_at_work_when_it_is_heard_is_signed_out() {
    let office = Office::new().await;
    office.desk.sign_out().unwrap();
    office.desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    office.has_left(CLERK_ID, CLERK);
    assert_eq!(office.exchange().await.clerks_left, [CLERK]);
    assert_eq!(office.desk.state().unwrap().phase, Phase::Locked);
    assert_eq!(office.desk.register(&visits::property_fee()).unwrap_err().code(), Code::DeskLocked);
    assert_eq!(office.desk.sign_in(CLERK_ID, PASSWORD).unwrap_err().code(), Code::WrongPassword);
    office.administrator().unwrap();
    office.exchange().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_until_there_is_another() {
    let office = Office::new().await;
    let name = "周建国";
    office.has_left(ADMINISTRATOR, name);
    let result = office.exchange().await;
    assert!(result.clerks_left.is_empty());
    assert_eq!(result.trouble.unwrap().code, Code::LastAdministratorLeft);
    office.desk.add_clerk("何静", Role::Administrator, "新来的管理员口令").unwrap();
    assert_eq!(office.exchange().await.clerks_left, [name]);
    assert!(office.administrator().is_err());
    let new = office.desk.state().unwrap().clerks.into_iter().find(|one| one.name == "何静").unwrap();
    office.desk.sign_in(new.id, "新来的管理员口令").unwrap();
    office.desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_given_to_somebody_else_ends_nobody() {
    let office = Office::new().await;
    let server = Arc::clone(office.district.district());
    let left = async move { server.clerk_left("王科长", CENTRE, 1, CLERK_ID, "没有这个人").await };
    assert!(office.district.wait(left).unwrap().is_err());
    assert!(office.exchange().await.clerks_left.is_empty());
    office.desk.sign_out().unwrap();
    office.desk.sign_in(CLERK_ID, PASSWORD).unwrap();
}
