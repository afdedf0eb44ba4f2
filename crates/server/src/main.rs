//! `renshe`: the city's human resources and social security service.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use platform::config::Config;
use platform::telemetry;
use renshe::commands::{self, Outcome};
use renshe::settings;
use renshe::start::StartError;

#[derive(Parser)]
#[command(
    name = "renshe",
    version,
    about = "A city's human resources and social security service. Without a command it runs the demo city."
)]
struct Line {
    /// A configuration file; `renshe config` prints one with every setting explained.
    #[arg(long, global = true, env = "RENSHE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the demo city: platform, sandbox and sample data (what `renshe` alone does).
    Demo,
    /// Run the platform alone, as a city does.
    Serve,
    /// Make the database, or bring it to this program's schema.
    Migrate,
    /// Put in sample hospitals, people and staff (not in production).
    Seed,
    /// Run the partners' sandbox alone, as a process of its own.
    #[cfg(feature = "sandbox")]
    Sandbox {
        /// Print addresses, numbers and paths of keys as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Check every invariant and the database's pages, and say what was checked.
    Check,
    /// Verify the audit chains, or say what shortened them.
    #[command(subcommand)]
    Audit(Audit),
    /// Keep the directory of institutions: hospitals, pharmacies, agencies, banks, tax halls, employers.
    #[command(subcommand)]
    Institution(Institution),
    /// Add people who serve at desks.
    #[command(subcommand)]
    Staff(Staff),
    /// Manage the keys of institutions' own systems.
    #[command(subcommand)]
    Partner(Partner),
    /// Look after orders that wait for a person.
    #[command(subcommand)]
    Pay(Pay),
    /// Let money move again after the books did not agree.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Make and rotate the key file that seals personal data.
    #[command(subcommand)]
    Keys(Keys),
    /// Print a configuration with every setting explained.
    Config,
}

#[derive(Subcommand)]
enum Audit {
    /// Recompute every chain and every anchor, and compare them with what is known outside the database.
    Verify(commands::audit::Verify),
    /// Say what shortened the audit, for example a backup that was put back.
    Acknowledge(commands::audit::Acknowledge),
}

#[derive(Subcommand)]
enum Institution {
    /// Add one.
    Add(commands::institution::Add),
    /// List them: code, kind, state, name, credit code, insurer's code, what it does, id.
    List(commands::institution::List),
    /// Change what is written down of one. Its code and its kind stay.
    Set(commands::institution::Set),
    /// Turn something that one does with us on, or off.
    Can(commands::institution::Can),
    /// Close one: its keys and desks are refused from then on. Nothing of its past goes.
    Close(commands::institution::Which),
    /// Open a closed one again.
    Reopen(commands::institution::Which),
}

#[derive(Subcommand)]
enum Staff {
    /// Add an account; prints its first password unless one is given on standard input.
    Add(commands::staff::Add),
}

#[derive(Subcommand)]
enum Partner {
    /// Make a key; prints its secret once.
    Add(commands::partner::Add),
    /// List all keys, including those that have ended.
    List,
    /// End a key; its requests are refused from then on.
    End(commands::partner::End),
}

#[derive(Subcommand)]
enum Pay {
    /// List everything that waits for a person, and why.
    Calls,
    /// Show an order with its attempts: by its number, or the short one that its person says on the telephone.
    Show(commands::pay::Show),
    /// Say where the money goes of a refund that the buyer's account did not take (ABNORMAL).
    AbnormalRefund(commands::pay::AbnormalRefund),
    /// Record that a refund which did not reach the buyer was paid by other means. One person decides; a second one is
    /// not asked yet.
    #[command(alias = "settled-outside")]
    PaidOutside(commands::pay::PaidOutside),
    /// Say that somebody has looked after a call about the channel as a whole: its keys, or ours.
    LookedAfter,
    /// Let a blocked order go on after somebody has looked; its partners are asked again.
    Unblock(commands::pay::Unblock),
}

#[derive(Subcommand)]
enum Ledger {
    /// Let money move again after the books did not agree and somebody has looked.
    Lift(commands::pay::Lift),
}

#[derive(Subcommand)]
enum Keys {
    /// Make a key file where there is none.
    Create,
    /// Add a key-encryption key that nothing uses yet: the first step of a rotation.
    Add,
    /// Make a key the active one, once every instance knows it.
    Activate {
        /// The key's id, as `add` printed it.
        id: String,
    },
}

fn main() -> ExitCode {
    let line = Line::parse();
    match run(line) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Bad) => ExitCode::from(1),
        Err(error) => {
            commands::complain(&error);
            ExitCode::from(2)
        }
    }
}

fn run(line: Line) -> Result<Outcome, StartError> {
    if let Some(Command::Config) = line.command {
        return commands::config::print();
    }
    let config = settings::load(line.config.as_deref(), std::env::vars())?;
    telemetry::init_logs(config.log.format, &config.log.filter).map_err(|error| StartError::at("log.filter", error))?;
    match line.command {
        None | Some(Command::Demo) => commands::demo::run(config),
        Some(Command::Serve) => commands::serve::run(config),
        Some(Command::Migrate) => commands::migrate::run(&config),
        Some(Command::Seed) => commands::seed::run(&config),
        #[cfg(feature = "sandbox")]
        Some(Command::Sandbox { json }) => commands::sandbox::run(config, json),
        Some(Command::Check) => commands::check::run(&config),
        Some(Command::Audit(Audit::Verify(expected))) => commands::audit::verify(&config, &expected),
        Some(Command::Audit(Audit::Acknowledge(said))) => commands::audit::acknowledge(&config, &said),
        Some(Command::Institution(asked)) => institution(&config, asked),
        Some(Command::Staff(Staff::Add(add))) => commands::staff::add(&config, add),
        Some(Command::Partner(Partner::Add(add))) => commands::partner::add(&config, add),
        Some(Command::Partner(Partner::List)) => commands::partner::list(&config),
        Some(Command::Partner(Partner::End(end))) => commands::partner::end(&config, &end),
        Some(Command::Pay(Pay::Calls)) => commands::pay::calls(&config),
        Some(Command::Pay(Pay::Show(show))) => commands::pay::show(&config, &show),
        Some(Command::Pay(Pay::AbnormalRefund(refund))) => commands::pay::abnormal_refund(&config, &refund),
        Some(Command::Pay(Pay::PaidOutside(paid))) => commands::pay::paid_outside(&config, &paid),
        Some(Command::Pay(Pay::LookedAfter)) => commands::pay::looked_after(&config),
        Some(Command::Pay(Pay::Unblock(unblock))) => commands::pay::unblock(&config, &unblock),
        Some(Command::Ledger(Ledger::Lift(lift))) => commands::pay::lift(&config, &lift),
        Some(Command::Keys(Keys::Create)) => commands::keys::create(&config),
        Some(Command::Keys(Keys::Add)) => commands::keys::add(&config),
        Some(Command::Keys(Keys::Activate { id })) => commands::keys::activate(&config, &id),
        Some(Command::Config) => commands::config::print(),
    }
}

fn institution(config: &Config, asked: Institution) -> Result<Outcome, StartError> {
    match asked {
        Institution::Add(add) => commands::institution::add(config, add),
        Institution::List(list) => commands::institution::list(config, &list),
        Institution::Set(set) => commands::institution::change(config, set),
        Institution::Can(can) => commands::institution::can(config, &can),
        Institution::Close(which) => commands::institution::close(config, &which),
        Institution::Reopen(which) => commands::institution::reopen(config, &which),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::collections::BTreeSet;

    /// Every command that can be typed, as `pay calls`.
    fn commands(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
        for one in command.get_subcommands() {
            let name = format!("{before}{}", one.get_name());
            if one.has_subcommands() {
                commands(one, &format!("{name} "), found);
            } else {
                found.insert(name);
            }
        }
    }

    /// The commands of a README's table: each row begins with their names, where `pay calls`, `show` means `pay show`.
    fn told(readme: &str) -> BTreeSet<String> {
        let table = readme.split("| `target/release/renshe").nth(1).expect("the table of commands");
        let mut found = BTreeSet::new();
        for row in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
            let cell = row.split('|').nth(1).unwrap_or("");
            let mut group = "";
            for name in cell.split('`').skip(1).step_by(2) {
                match name.split_once(' ') {
                    Some((first, _)) => group = first,
                    None if !group.is_empty() => {
                        found.insert(format!("{group} {name}"));
                        continue;
                    }
                    None => {}
                }
                found.insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn both_readmes_name_every_command_and_no_other() {
        let mut typed = BTreeSet::new();
        commands(&Line::command(), "", &mut typed);
        for readme in [include_str!("../../../README.md"), include_str!("../../../README.zh-CN.md")] {
            assert_eq!(told(readme), typed);
        }
    }
}
