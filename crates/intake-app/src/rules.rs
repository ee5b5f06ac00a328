//! The rules as the form asks them while somebody speaks: advice on the way, codes as they are typed, what a number says.

use std::borrow::Cow;

use intake_model::check::text_fault;
use intake_model::{
    Advice, Catalogue, Code, Doors, Filed, Found, IdFacts, Identity, Profile, TableId, Visit, civil_date, identity,
    route,
};
use intake_wire::Kind;
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::{DeskState, OfficeSettings};
use crate::visits::profile_of;
use crate::{Error, Result};

/// As many codes as a list under a field shows.
const SHOWN: usize = 8;

impl Desk {
    fn profile(&self) -> Result<Cow<'static, Profile>> {
        let (db, _) = self.at_work()?;
        db.read(|r| Ok(profile_of(&r.desk()?, &r.settings()?)))
    }

    /// Where the matter goes, as the region's rules advise; `None` while the clerk has told nothing of it.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn advise(&self, visit: &Visit) -> Result<Option<Advice>> {
        let profile = self.profile()?;
        Ok(visit.question().map(|question| route(&question, &profile, Doors::built_in())))
    }

    /// At most eight codes of a table that `typed` may mean, the best first, in the edition in force today.
    pub fn find_code(&self, table: TableId, typed: &str) -> Vec<Found> {
        Catalogue::known().find(Some(table), typed, civil_date(self.now().at_ms), SHOWN)
    }

    /// The words for what was filed, in the edition it was filed under; `None` where this desk does not have it.
    pub fn filed(&self, table: TableId, filed: &Filed) -> Option<String> {
        Catalogue::known().path(table, filed)
    }

    /// Birth and sex as a paper's number says them, to be offered and never forced; `None` where it says nothing.
    pub fn id_facts(&self, paper: &Identity) -> Option<IdFacts> {
        identity::facts(paper)
    }

    /// What the desk is called, where it is reached, and under which region's rules it works.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn office(&self) -> Result<OfficeSettings> {
        let (db, _) = self.at_work()?;
        let (desk, settings) = db.read::<_, Error>(|r| Ok((r.desk()?, r.settings()?)))?;
        let profile = profile_of(&desk, &settings);
        Ok(OfficeSettings {
            centre_name: desk.centre_name,
            office_phone: desk.office_phone,
            office_address: desk.office_address,
            profile: profile.id.clone(),
            profiles: offered(&profile),
        })
    }

    /// Changes that. `profiles` in it is not looked at. What was printed before stays as it was.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::OfficeIncomplete`], [`Code::ProfileUnknown`], [`Code::DeskLocked`].
    pub fn set_office(&self, office: &OfficeSettings) -> Result<DeskState> {
        let (db, clerk) = self.administrator()?;
        let OfficeSettings { centre_name, office_phone, office_address, profile, profiles: _ } = office;
        let fields = [("centre_name", centre_name), ("office_phone", office_phone), ("office_address", office_address)];
        if let Some((field, _)) = fields.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(Error::about(field, Code::OfficeIncomplete));
        }
        if let Some((field, code)) = fields.into_iter().find_map(|(field, text)| Some((field, text_fault(text)?))) {
            return Err(Error::about(field, code));
        }
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            let mut settings = tx.settings()?;
            if profile_of(&tx.desk()?, &settings).id != *profile {
                let chosen = Profile::known(profile).ok_or(Error::about("profile", Code::ProfileUnknown))?;
                (settings.profile, settings.profile_text) = (chosen.id.clone(), String::new());
                tx.set_settings(&settings)?;
            }
            let [name, phone, address] = fields.map(|(_, text)| text.trim());
            tx.set_office(name, phone, address)?;
            let open = json!({
                "centre_name": name, "office_phone": phone, "office_address": address, "profile": profile,
            });
            tx.append(draft(Kind::desk_changed(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        self.state()
    }

    /// Takes in a profile of the centre's own, as TOML. With a mistake in it the desk keeps the one it had.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::DeskLocked`]; [`Code::ProfileUnreadable`] with line and reason. `name` is only for it.
    pub fn set_own_profile(&self, name: &str, text: &str) -> Result<OfficeSettings> {
        let (db, clerk) = self.administrator()?;
        let profile = Profile::parse(name, text).map_err(Error::Profile)?;
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            let mut settings = tx.settings()?;
            text.clone_into(&mut settings.profile_text);
            tx.set_settings(&settings)?;
            let desk = tx.desk()?;
            let open = json!({
                "centre_name": desk.centre_name, "office_phone": desk.office_phone,
                "office_address": desk.office_address, "profile": profile.id, "profile_text": text,
            });
            tx.append(draft(Kind::desk_changed(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        self.office()
    }
}

/// The profiles to choose from: those of the program and of the district, and the centre's own where it has one.
fn offered(current: &Profile) -> Vec<(String, String)> {
    let known = Profile::all_known();
    let own = known.iter().all(|one| one.id != current.id).then_some(current);
    known.into_iter().chain(own).map(|one| (one.id.clone(), one.name.clone())).collect()
}
