//! A desk's day: visits as people really tell them. Persons, numbers and addresses are made up.

use intake_model::{IdPaper, Identity, Party, Person, PersonRole, Stated, Visit};

/// A picture that every program reads: 1 by 1, red.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// Eight visits of one morning, each unlike the others.
pub fn day() -> Vec<Visit> {
    vec![
        property_fee(),
        elder_support(),
        unpaid_wages(),
        cold_flats(),
        without_a_name(),
        name_that_cannot_be_typed(),
        company_owed_money(),
        without_an_address(),
    ]
}

/// One person with everything stated.
pub fn property_fee() -> Visit {
    Visit {
        phone: Some("13920011234".into()),
        identity: Some(resident("120110197203141512")),
        complained_of: "某物业公司".into(),
        ..person(
            "张伟",
            "新立街道中河村3排12号",
            "反映所住小区物业费从1.2元涨到1.8元，未经业主大会表决，要求恢复原收费标准并公示账目。",
        )
    }
}

/// An old mother and her three sons.
pub fn elder_support() -> Visit {
    Visit {
        phone: Some("24375566".into()),
        identity: Some(resident("120110194509122020")),
        ..person("李秀英", "新立街道中河村5排", "老人赡养问题，三个儿子轮流照顾，二儿子不履行，要求调解。")
    }
}

/// A name of two parts with the interpunct.
pub fn unpaid_wages() -> Visit {
    Visit {
        phone: Some("186 2233 4455".into()),
        complained_of: "某劳务公司".into(),
        ..person("阿不都热依木·买买提", "军粮城街道租住", "打工工资被拖欠三个月共18600元，老板不接电话。")
    }
}

/// Seventeen households and their three representatives.
pub fn cold_flats() -> Visit {
    let representative = |name: &str, phone: Option<&str>| Person {
        role: PersonRole::Representative,
        name: name.into(),
        phone: phone.map(str::to_owned),
        ..Person::default()
    };
    Visit {
        phone: Some("15022003344/24371122".into()),
        headcount: 17,
        people: vec![
            representative("陈建国", Some("15022003344")),
            representative("赵敏", Some("24371122")),
            representative("孙立军", None),
        ],
        complained_of: "供热站".into(),
        ..person("陈建国", "新立花园8号楼", "供暖温度不达标，室内只有15度，多次打热线没人处理，17户联名。")
    }
}

/// A visitor who would rather give neither name nor address.
pub fn without_a_name() -> Visit {
    Visit {
        name: Stated::Declined,
        address: Stated::Declined,
        demand: "反映村里把集体土地出租给企业，收的钱没有公示，要求公开账目。".into(),
        complained_of: "村委会".into(),
        ..Visit::default()
    }
}

/// A character outside the basic plane (U+2CC56).
pub fn name_that_cannot_be_typed() -> Visit {
    Visit {
        phone: Some("17700001111".into()),
        complained_of: "社保中心".into(),
        ..person("𬱖小雨", "万新街道", "名字里的字电脑打不出来，社保卡办不了，要求解决。")
    }
}

/// An organisation and who speaks for it.
pub fn company_owed_money() -> Visit {
    Visit {
        party: Party::Organisation,
        people: vec![Person { role: PersonRole::Agent, name: "周涛".into(), ..Person::default() }],
        phone: Some("022-24987766-803".into()),
        headcount: 2,
        complained_of: "某街道".into(),
        ..person("天津市某某机械有限公司", "东丽经济开发区", "政府工程款拖欠两年，影响企业发工资。")
    }
}

/// Somebody who has no fixed address.
pub fn without_an_address() -> Visit {
    Visit {
        address: Stated::Unknown,
        phone: Some("13222223333".into()),
        complained_of: "村委会".into(),
        ..person("杨光", "", "村里路灯坏了半年，晚上老人摔过两次，要求尽快修好。")
    }
}

fn person(name: &str, address: &str, demand: &str) -> Visit {
    Visit {
        name: Stated::Stated(name.into()),
        address: Stated::Stated(address.into()),
        demand: demand.into(),
        ..Visit::default()
    }
}

/// A made-up resident number whose check character fits.
fn resident(number: &str) -> Identity {
    Identity { paper: IdPaper::ResidentId, number: with_check(number), nationality: None }
}

/// The first 17 digits with the check character of GB 11643.
fn with_check(number: &str) -> String {
    let body: String = number.chars().take(17).collect();
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap_or('0');
    format!("{body}{check}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_visit_of_the_day_can_be_registered() {
        for visit in super::day() {
            let problems = intake_model::check(&visit.clone().normalised());
            let errors: Vec<_> =
                problems.iter().filter(|problem| problem.severity == intake_model::Severity::Error).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", visit.demand);
        }
    }
}
