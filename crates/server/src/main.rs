//! `renshe`: the city's human-resources and social-security service.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use platform::config::Config;
use platform::telemetry;
use renshe::commands::{self, Outcome};
use renshe::start::StartError;

#[derive(Parser)]
#[command(
    name = "renshe",
    version,
    about = "A city's human-resources and social-security service. Without a command: the demo city."
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
    /// The demo city: platform, sandbox and sample data (what `renshe` alone does).
    Demo,
    /// The platform alone, as a city runs it.
    Serve,
    /// Bring the database to this program's schema.
    Migrate,
    /// Put in sample hospitals, people and staff (not in production).
    Seed,
    /// The partners' sandbox alone, as its own process.
    #[cfg(feature = "sandbox")]
    Sandbox {
        /// Print addresses, numbers and paths of keys as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Verify every invariant that has tables, and say what was checked.
    Check,
    /// The audit chains.
    #[command(subcommand)]
    Audit(Audit),
    /// People who serve at desks.
    #[command(subcommand)]
    Staff(Staff),
    /// Keys of hospitals' and pharmacies' own systems.
    #[command(subcommand)]
    Partner(Partner),
    /// Orders that wait for a person.
    #[command(subcommand)]
    Pay(Pay),
    /// The book of all money.
    #[command(subcommand)]
    Ledger(Ledger),
    /// The key file that seals personal data.
    #[command(subcommand)]
    Keys(Keys),
    /// Print a configuration with every setting explained.
    Config,
}

#[derive(Subcommand)]
enum Audit {
    /// Recompute every chain and every anchor, and compare them with what is known outside the database.
    Verify(commands::audit::Verify),
    /// Say what it was that shortened the audit: a backup that was put back.
    Acknowledge(commands::audit::Acknowledge),
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
    /// Say every key there is, ended ones too.
    List,
    /// End a key: its requests are refused from now on.
    End(commands::partner::End),
}

#[derive(Subcommand)]
enum Pay {
    /// Say everything that waits for a person, and why.
    Calls,
    /// Show an order with its attempts: by its number, or the short one that its person says on the telephone.
    Show(commands::pay::Show),
    /// Say where the money of a refund goes that the buyer's account did not take (ABNORMAL).
    AbnormalRefund(commands::pay::AbnormalRefund),
    /// Write down that a refund which did not reach the buyer was settled by other means. One person decides: that two agree
    /// is not asked yet.
    SettledOutside(commands::pay::SettledOutside),
    /// Say that somebody has looked after what concerns the channel as a whole: its keys, and ours.
    LookedAfter,
    /// Let a blocked order go on, after somebody has looked: its partners are asked anew.
    Unblock(commands::pay::Unblock),
}

#[derive(Subcommand)]
enum Ledger {
    /// Let money move again after the books did not agree and somebody has looked.
    Lift(commands::pay::Lift),
}

#[derive(Subcommand)]
enum Keys {
    /// Make a key file where none is.
    Create,
    /// Add a key-encryption key that nothing uses yet: the first step of a rotation.
    Add,
    /// Make a key the active one, once every instance knows it.
    Activate {
        /// The key's id, as `add` said it.
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
    let config =
        Config::load(line.config.as_deref(), std::env::vars()).map_err(|error| StartError(error.to_string()))?;
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
        Some(Command::Staff(Staff::Add(add))) => commands::staff::add(&config, add),
        Some(Command::Partner(Partner::Add(add))) => commands::partner::add(&config, add),
        Some(Command::Partner(Partner::List)) => commands::partner::list(&config),
        Some(Command::Partner(Partner::End(end))) => commands::partner::end(&config, &end),
        Some(Command::Pay(Pay::Calls)) => commands::pay::calls(&config),
        Some(Command::Pay(Pay::Show(show))) => commands::pay::show(&config, &show),
        Some(Command::Pay(Pay::AbnormalRefund(refund))) => commands::pay::abnormal_refund(&config, &refund),
        Some(Command::Pay(Pay::SettledOutside(settled))) => commands::pay::settled_outside(&config, &settled),
        Some(Command::Pay(Pay::LookedAfter)) => commands::pay::looked_after(&config),
        Some(Command::Pay(Pay::Unblock(unblock))) => commands::pay::unblock(&config, &unblock),
        Some(Command::Ledger(Ledger::Lift(lift))) => commands::pay::lift(&config, &lift),
        Some(Command::Keys(Keys::Create)) => commands::keys::create(&config),
        Some(Command::Keys(Keys::Add)) => commands::keys::add(&config),
        Some(Command::Keys(Keys::Activate { id })) => commands::keys::activate(&config, &id),
        Some(Command::Config) => commands::config::print(),
    }
}
