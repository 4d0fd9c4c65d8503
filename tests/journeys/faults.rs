//! Every command, while the disk fails at any of its calls and kills come at any moment.

use tests::faults::{Extent, media_table, run};

#[test]
fn a_failing_disk_and_kills_lose_nothing_leave_nothing_and_are_told_as_they_are() {
    let report = run(&Extent::asked());
    assert_eq!(report.unexcused(), 0, "\n{report}");
}

/// `LOA_FAULTS=media`: needs root, so it is asked for.
#[test]
#[allow(clippy::print_stdout)] // the table is what was asked for
fn on_a_full_a_read_only_and_a_lockless_medium_every_command_says_what_is_the_matter() {
    if std::env::var_os("LOA_FAULTS").is_none_or(|it| it != "media") {
        return;
    }
    let only = std::env::var("LOA_FAULTS_ONLY").ok();
    match media_table(only.as_deref()) {
        Ok((table, wrong)) => {
            println!("{table}");
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
        Err(reason) => println!("skipped, this machine does not mount: {reason}"),
    }
}
