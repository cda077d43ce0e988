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
            (&["--store", "redis://:hunter2@h"], "--store: wants memory:"),
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
        let file = ("all.toml", "set = ['idle=3h', 'touch_every=11m', 'warn_before=4m']");
        let environment =
            [("SESSION_KEEPALIVE_SET", "idle=2h,warn_before=3m"), ("SESSION_KEEPALIVE_CONFIG", "all.toml")];
        let output = run(&["policy", "--set", "idle=1h"], &environment, &[file]);
        assert!(output.status.success(), "{output:?}");
        let policy = text(&output.stdout);
        for line in ["idle=1h", "warn_before=3m", "touch_every=11m", "absolute=30d", "reconnect=ticket"] {
            assert!(policy.lines().any(|found| found == line), "no {line} in\n{policy}");
        }
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
