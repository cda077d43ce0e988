//! The command line of the real binary: what it refuses and in which words, and which setting outweighs which.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod process;

#[cfg(test)]
mod tests {
    use std::{fs, process::Output};

    use super::process::command;

    fn run(arguments: &[&str], environment: &[(&str, &str)], files: &[(&str, &str)]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        command(folder.path()).args(arguments).envs(environment.iter().copied()).output().unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_bad_configuration_is_exit_code_2_and_one_clear_line() {
        let keys = ("keys", "hunter2 is no key");
        let rows: &[(&[&str], &str)] = &[
            (&["--listen", "0.0.0.0:4780"], "--listen: serves plain http"),
            (&["--store", "rediss://:hunter2@h"], "--store: the Redis URL asks for TLS"),
            (&["--store", "postgres://u:hunter2@h"], "--store: the database is missing"),
            (&["--store", "sqlite:no/such/folder/sessions.db"], "--store: "),
            (&["--store", "sqlite:keys"], "--store: "),
            (&["migrate"], "--store: memory: has no tables to make"),
            (&["--set", "idle=soon"], "--set: policy knob `idle` wants"),
            (&["--demo", "--listen", "0.0.0.0:1"], "--demo: "),
            (&["--ticket-keys", "keys"], "--ticket-keys: "),
            (&["--ticket-keys", "env:NOT_THERE"], "--ticket-keys: the environment has no variable NOT_THERE"),
            (&["--revocations", "sqlite:no/such/folder/log.db"], "--revocations: "),
            (&["--allow-target", "sqlite:"], "--allow-target"),
            (&["--allow-target", "postgres://u:hunter2@h:5432"], "--allow-target"),
            (&["--config", "none.toml"], "--config none.toml: cannot be read"),
            (&["--config", "keys"], "--config keys: line 1"),
            (&["--public-origin", "https://app.example"], "--ticket-keys: "),
            (&["sweep", "--idle-for", "soon"], "--idle-for: wants a duration"),
            (
                &["sweep", "--preset", "until-logout", "--idle-for", "2m"],
                "--idle-for: as idle it cannot be: touch_every",
            ),
            (&["--frobnicate"], "--frobnicate"),
        ];
        for (arguments, hint) in rows {
            let output = run(arguments, &[], &[keys]);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
            assert!(said.contains(hint), "{arguments:?}: {said}");
            assert!(!said.contains("hunter2"), "{arguments:?}: {said}");
        }
    }

    #[test]
    fn a_taken_address_is_named() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let output = run(&["--listen", &address], &[], &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(&address), "{output:?}");
    }

    #[test]
    fn a_flag_outweighs_the_environment_which_outweighs_the_file() {
        let preset = |name: &str| format!("preset = '{name}'\nset = ['idle=3h', 'touch_every=11m', 'warn_before=4m']");
        let of_the_file = preset("strict-30m");
        let environment = [
            ("SESSION_KEEPALIVE_SET", "idle=2h,warn_before=3m"),
            ("SESSION_KEEPALIVE_PRESET", "oidc-1h"),
            ("SESSION_KEEPALIVE_CONFIG", "all.toml"),
        ];
        let files = [("all.toml", of_the_file.as_str())];
        let flags = ["policy", "--set", "idle=1h", "--preset", "serverless-24h"];
        for (arguments, environment, preset) in [
            (&flags[..], &environment[..], "serverless-24h"),
            (&flags[..3], &environment[..], "oidc-1h"),
            (&flags[..3], &[environment[0], environment[2]][..], "strict-30m"),
        ] {
            let output = run(arguments, environment, &files);
            assert!(output.status.success(), "{output:?}");
            let policy = text(&output.stdout);
            assert!(policy.starts_with(&format!("# preset {preset}, ")), "{policy}");
            let knob = |name: &str| {
                let line = policy.lines().find(|line| line.starts_with(&format!("{name}="))).unwrap();
                let (setting, source) = line.split_once('#').unwrap();
                (setting.trim().to_owned(), source.trim().to_owned())
            };
            for (name, value, source) in [
                ("idle", "1h", "flag"),
                ("warn_before", "3m", "environment"),
                ("touch_every", "11m", "file"),
                ("rotation_grace", "1m", "preset"),
            ] {
                assert_eq!(knob(name), (format!("{name}={value}"), source.to_owned()), "{policy}");
            }
        }
    }

    #[test]
    fn the_policy_says_what_it_falls_short_of_as_text_and_as_json() {
        let arguments = ["policy", "--preset", "until-logout"];
        let printed = text(&run(&arguments, &[], &[]).stdout);
        for line in
            ["# falls short: ASVS 5.0 7.3.1", "# falls short: ASVS 5.0 7.3.2", "# note: NIST SP 800-63B-4 2.1.3"]
        {
            assert!(printed.lines().any(|found| found.starts_with(line)), "no {line} in\n{printed}");
        }
        assert!(printed.contains("made for SQLite or PostgreSQL"), "{printed}");
        let output = run(&[&arguments[..], &["--log", "json"]].concat(), &[], &[]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["preset"], "until-logout");
        assert_eq!(report["knobs"][0], serde_json::json!({ "knob": "idle", "value": "none", "from": "preset" }));
        for (list, mark) in [("fallsShort", "falls short"), ("notes", "note")] {
            let lines = report[list].as_array().unwrap();
            let printed: Vec<_> =
                printed.lines().filter_map(|line| line.strip_prefix(&format!("# {mark}: "))).collect();
            assert!(!printed.is_empty());
            assert_eq!(*lines, printed, "{list}");
        }
    }

    #[test]
    fn a_sweep_from_outside_says_what_it_did_and_makes_no_files() {
        let folder = tempfile::tempdir().unwrap();
        let output = command(folder.path()).args(["sweep", "--idle-for", "12h"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stdout), "swept: ran_out=0 dropped=0 revocations=0 live=0 ended=0\n");
        assert!(
            text(&output.stderr).contains("--store memory: keeps its sessions in the server that runs"),
            "{output:?}"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn help_names_every_setting_its_variable_and_its_default() {
        let output = run(&["--help"], &[("SESSION_KEEPALIVE_STORE", "postgres://u:hunter2@h/d")], &[]);
        let help = text(&output.stdout);
        for flag in [
            "listen",
            "store",
            "preset",
            "set",
            "allow-target",
            "files-root",
            "ticket-keys",
            "revocations",
            "public-origin",
            "allow-origin",
            "trust-proxy",
            "site",
            "log",
            "demo",
            "config",
        ] {
            assert!(help.contains(&format!("--{flag}")), "{flag}");
            let variable = format!("SESSION_KEEPALIVE_{}", flag.replace('-', "_").to_uppercase());
            assert!(help.contains(&variable), "{variable}");
        }
        assert!(help.contains("127.0.0.1:4780") && help.contains("serverless-24h"), "{help}");
        assert!(!help.contains("hunter2"), "{help}");
    }
}
