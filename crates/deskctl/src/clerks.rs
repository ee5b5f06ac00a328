//! The clerks from the command line: listed, added, disabled, named readers; and coming back in by a recovery key.
//!
//! Every secret is a line of standard input, or asked for on the terminal.

use clap::{Args, Subcommand, ValueEnum};
use intake_app::{Recovery, Role};
use intake_model::Code;

use crate::folder::{Refused, Secrets};
use crate::{Whose, folder, print};

#[derive(Args)]
pub(crate) struct Clerks {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Lists everybody who works or worked here
    List(Whose),
    /// Adds a clerk; asks for their password after the administrator's
    Add {
        /// Their name
        name: String,
        #[arg(long, value_enum, default_value = "clerk")]
        role: RoleWord,
        #[command(flatten)]
        whose: Whose,
    },
    /// Ends a clerk's signing in and changes the data key
    Disable {
        /// Their name
        name: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// Sets a new password for somebody who forgot theirs; asks for it after the administrator's
    Password {
        /// Their name
        name: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// Names a clerk to read sealed matters from now on; with `--off` no longer
    Reader {
        /// Their name
        name: String,
        #[arg(long)]
        off: bool,
        #[command(flatten)]
        whose: Whose,
    },
    /// Lets whoever reads sealed matters today open one, or every one that the clerk who signs in opens; prints how many
    /// were sealed anew
    LetRead {
        /// The registration number
        number: Option<String>,
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleWord {
    Administrator,
    Clerk,
}

#[derive(Args)]
pub(crate) struct Recover {
    /// The recovery key's file: the desk's own, or the district's
    #[arg(long)]
    key: std::path::PathBuf,
    #[command(flatten)]
    whose: Whose,
}

pub(crate) fn run(clerks: &Clerks) -> Result<bool, Refused> {
    match &clerks.task {
        Task::List(whose) => print(&folder::open(whose)?.clerks()?)?,
        Task::Add { name, role, whose } => {
            let (desk, mut secrets) = folder::open_with(whose)?;
            let role = match role {
                RoleWord::Administrator => Role::Administrator,
                RoleWord::Clerk => Role::Clerk,
            };
            print(&desk.add_clerk(name, role, &secrets.next(name)?)?)?;
        }
        Task::Disable { name, whose } => {
            let desk = folder::open(whose)?;
            let id = folder::named(&desk, name)?;
            print(&desk.disable_clerk(id)?)?;
        }
        Task::LetRead { number, whose } => {
            let matters = folder::open(whose)?.seal_to_readers(number.as_deref())?;
            print(&serde_json::json!({ "matters": matters }))?;
        }
        Task::Password { name, whose } => {
            let (desk, mut secrets) = folder::open_with(whose)?;
            let id = folder::named(&desk, name)?;
            print(&desk.set_clerk_password(id, &secrets.next(name)?)?)?;
        }
        Task::Reader { name, off, whose } => {
            let desk = folder::open(whose)?;
            let id = folder::named(&desk, name)?;
            print(&desk.set_sealed_reader(id, !off)?)?;
        }
    }
    Ok(true)
}

/// `--clerk` names the administrator; the password asked for is their new one. Where the keyring is lost nobody can be chosen
/// yet, and it is made anew.
pub(crate) fn recover(task: &Recover) -> Result<bool, Refused> {
    let key = std::fs::read_to_string(&task.key)?;
    let desk = folder::closed(&task.whose)?;
    if desk.state().is_err_and(|error| error.code() == Code::KeyringDamaged) {
        let name = task.whose.clerk.as_deref();
        let password = Secrets::of(&task.whose).next(name.unwrap_or("管理员"))?;
        print(&desk.recover_keyring(&key, name, &password)?.clerks)?;
        return Ok(true);
    }
    let clerk = folder::chosen(&desk, &task.whose)?;
    let password = Secrets::of(&task.whose).next(&clerk.name)?;
    let state = desk.recover(&Recovery { clerk: clerk.id, key, password })?;
    print(&state.clerks)?;
    Ok(true)
}
