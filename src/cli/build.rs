//! `dmboot build`

use super::args::{Build, EncodingArg, SecArg, named};
use super::exit::{Exit, Failure};
use super::explain::hint;
use super::output::{self, DIM, ERROR, GOOD, WARNING, tell};
use super::progress::Progress;
use super::receiver::choose;
use crate::document::cp::Encoding;
use crate::document::profile::{Form, Profile, Tnds};
use crate::factory::batch::{self, Options};
use crate::factory::job::{Emit, Job, MakeError, name_template, text_template};
use crate::factory::library::{Library, MAX_OCTETS, read_text};
use crate::factory::manifest;
use crate::factory::pack;
use crate::factory::params::Params;
use crate::factory::report::{BatchError, Remark, Report, RowError};
use crate::security::cp_mac::{KeyForm, Scheme, Sec};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

impl From<EncodingArg> for Encoding {
    fn from(encoding: EncodingArg) -> Self {
        match encoding {
            EncodingArg::Compatible => Self::Compatible,
            EncodingArg::Compact => Self::Compact,
        }
    }
}

impl From<SecArg> for Option<Sec> {
    fn from(sec: SecArg) -> Self {
        match sec {
            SecArg::None => None,
            SecArg::Netwpin | SecArg::Networkid => Some(Sec::NetwPin),
            SecArg::Userpin => Some(Sec::UserPin),
            SecArg::Usernetwpin | SecArg::UserpinNetworkid => Some(Sec::UserNetwPin),
            SecArg::Userpinmac => Some(Sec::UserPinMac),
        }
    }
}

pub fn run(args: &Build, library: &Library) -> Result<Exit, Failure> {
    let mut profile = library.load(&args.profile)?;
    let dm = dm_form(args, &profile)?;
    let receiver = args.receiver.as_deref();
    let receiver = receiver.map(|name| library.receiver(name)).transpose()?;
    let choice = match &receiver {
        Some(receiver) => Some(choose(args, &mut profile, receiver, dm)?),
        None => None,
    };
    let profile = profile;
    let dm = choice.as_ref().map_or(dm, |choice| choice.tnds);
    let chosen = choice.as_ref().map(|choice| &choice.settings);
    let sec = match &chosen {
        Some(chosen) => chosen.sec,
        None => method(args, &profile)?,
    };
    let scheme = dm.map_or(Scheme::Cp, |_| Scheme::Dm);
    let mut params = Params::default();
    if let Some(path) = &args.params {
        params.read(path, &profile)?;
    }
    if let Some(path) = &args.seed_file {
        params.read_seed(path)?;
    }
    for assignment in &args.set {
        params.set(assignment, &profile)?;
        if let Some(sec @ (Sec::NetwPin | Sec::UserNetwPin)) = sec
            && assignment.starts_with("imsi=")
        {
            let name = scheme.name_of(sec);
            let message = format!(
                "the IMSI goes into the key of {name}, and others on this machine can read a \
                 command line; put it into the list or into a file named by --params"
            );
            tell(WARNING, "warning:", &message);
        }
    }
    params.check(&profile)?;
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let key_form = match &chosen {
        Some(chosen) => KeyForm::from_name(chosen.key_form).unwrap_or_default(),
        None => key_form(args, &profile)?,
    };
    if !sec.is_some_and(|sec| key_form.applies_to(sec)) && key_form != KeyForm::Standard {
        return Err(usage(format!(
            "the key form {} has no effect on the key of {}; leave it out",
            key_form.name(),
            sec.map_or("none", |sec| scheme.lower_name_of(sec))
        )));
    }
    if let (Some(_), Some(sec)) = (dm, sec) {
        if !Scheme::Dm.has(sec) {
            return Err(usage(format!(
                "OMA DM has no method like {sec}; choose networkid, userpin or userpin_networkid"
            )));
        }
        let joined = matches!(key_form, KeyForm::Standard | KeyForm::PinColonSecret);
        if sec == Sec::UserNetwPin && !joined {
            let name = key_form.name();
            return Err(usage(format!(
                "the key form {name} is one of USERNETWPIN; in a DM message the key is the PIN, a \
                 colon and the network's secret"
            )));
        }
    }
    let name = match (&args.name, &profile.file_name) {
        (Some(pattern), _) => {
            name_template(pattern, &profile).map_err(|error| usage(format!("--name: {error}")))?
        }
        (None, Some(template)) => template.clone(),
        (None, None) => name_template("{{key}}", &profile).map_err(usage)?,
    };
    let job = Job {
        profile: &profile,
        dm,
        sec,
        key_form,
        encoding: match &chosen {
            Some(chosen) => chosen.encoding,
            None => args.encoding.map(Encoding::from).unwrap_or_default(),
        },
        application_id: match &chosen {
            Some(chosen) => chosen.application_id,
            None => args.application_id,
        },
        emit: emit(&args.emit, &profile)?,
        name,
        params,
        receiver: receiver.as_ref(),
    };
    spare_inputs(args, &job, library)?;
    let options = Options {
        list: args.devices.clone(),
        only: args.only.clone(),
        keep_going: args.keep_going,
        force: args.force,
        secrets_out: args.secrets_out.clone(),
    };
    let nowhere = || usage("--out DIR says where the outputs go".into());
    if args.out.is_none() && args.pack.is_none() && !args.check {
        return Err(nowhere());
    }
    let total = args.devices.as_deref().map_or(0, batch::size);
    let progress = Progress::start(total)?;
    let report = match (&args.out, &args.pack) {
        _ if args.check => batch::check(&job, &options, &progress),
        (Some(out), _) => batch::build(&job, &options, out, &progress),
        (None, Some(out)) => pack::build(&job, &options, out, &progress),
        (None, None) => return Err(nowhere()),
    };
    let report = report.map_err(|error| {
        let remedy = match (&choice, &error) {
            (Some(choice), BatchError::Row(fault)) => match &fault.error {
                RowError::Make(MakeError::Receiver(refusal)) => choice.remedy(args, refusal),
                _ => String::new(),
            },
            _ => String::new(),
        };
        let failure = Failure::from(error);
        Failure {
            message: failure.message + &remedy,
            ..failure
        }
    })?;
    drop(progress);
    // Advice is worth reading only when nothing else stops the job
    if let Some(choice) = &choice {
        choice.tell();
    }
    show(args, &job, &report)?;
    if report.devices == 0 {
        let list = args.devices.clone().unwrap_or_default();
        return Err(BatchError::NothingBuilt { path: list }.into());
    }
    Ok(if report.bad > 0 {
        Exit::Partial
    } else {
        Exit::Ok
    })
}

/// Refuses to write over what the job reads.
fn spare_inputs(args: &Build, job: &Job<'_>, library: &Library) -> Result<(), Failure> {
    let mut inputs = library.used();
    inputs.extend_from_slice(job.params.used());
    inputs.extend(args.devices.clone());
    let templates = args.emit.iter();
    inputs.extend(templates.filter_map(|form| form.strip_prefix("text:").map(PathBuf::from)));
    let refuse = |option: &str, input: &Path| {
        let message = format!(
            "{option} is {}, which this job reads; name another",
            input.display()
        );
        Err(Failure::new(Exit::Usage, message))
    };
    for (option, output) in [("--secrets-out", &args.secrets_out), ("--pack", &args.pack)] {
        let output = output.as_ref().and_then(|path| path.canonicalize().ok());
        let same = |input: &&PathBuf| output.is_some() && input.canonicalize().ok() == output;
        if let Some(input) = inputs.iter().find(same) {
            return refuse(option, input);
        }
    }
    // Without --force the folder keeps what it has
    let folder = args.out.as_ref().filter(|_| args.force && !args.check);
    if let Some(folder) = folder.and_then(|folder| folder.canonicalize().ok()) {
        let replaced = |input: &&PathBuf| {
            let path = input.canonicalize().unwrap_or_default();
            let is_manifest = path.file_name() == Some(manifest::FILE_NAME.as_ref());
            path.parent() == Some(&folder) && (is_manifest || job.emit.has(&path))
        };
        if let Some(input) = inputs.iter().find(replaced) {
            let message = format!(
                "{} has a name like the outputs, and this job reads it; move it, or name another \
                 folder with --out",
                input.display()
            );
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(())
}

/// How trees are written, when a DM message is asked for.
fn dm_form(args: &Build, profile: &Profile) -> Result<Option<Tnds>, Failure> {
    let usage = |message: &str| Err(Failure::new(Exit::Usage, message));
    match named(&Form::NAMES, args.form.as_deref()).unwrap_or(profile.form) {
        Form::Cp if args.tnds.is_some() => {
            usage("--tnds is for DM messages; add --form dm or leave it out")
        }
        Form::Cp => Ok(None),
        Form::Dm if args.encoding.is_some() => {
            usage("--encoding is for Client Provisioning; DM messages have --tnds")
        }
        Form::Dm if args.application_id.is_some_and(|id| id != 7) => usage(
            "a DM message always goes to application 7, the DM client; leave out --application-id",
        ),
        Form::Dm => {
            profile.has_dm_form().map_err(|error| {
                let rule = error.fault.rule();
                Failure::new(Exit::Malformed, error).rule(rule)
            })?;
            let tnds = named(&Tnds::NAMES, args.tnds.as_deref());
            Ok(Some(tnds.unwrap_or(profile.dm.tnds)))
        }
    }
}

/// No method chosen is an error; unsigned must be said.
pub(super) fn method(args: &Build, profile: &Profile) -> Result<Option<Sec>, Failure> {
    if let Some(sec) = args.sec {
        return Ok(sec.into());
    }
    let methods = match named(&Form::NAMES, args.form.as_deref()).unwrap_or(profile.form) {
        Form::Cp => "userpin, netwpin, usernetwpin or userpinmac",
        Form::Dm => "userpin, networkid or userpin_networkid",
    };
    match profile.sec {
        Some(signing) => Ok(signing.sec()),
        None => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} does not say how to sign; choose with --sec: {methods}; or none, and then \
                 anybody can forge the messages",
                profile.name
            ),
        )),
    }
}

pub(super) fn key_form(args: &Build, profile: &Profile) -> Result<KeyForm, Failure> {
    let known = || KeyForm::ALL.map(KeyForm::name).join(", ");
    match (&args.key_form, &profile.key_form) {
        (Some(name), _) => Ok(KeyForm::from_name(name).unwrap_or_default()),
        (None, Some((name, place))) => KeyForm::from_name(name).ok_or_else(|| {
            let message = format!("{place}: key_form {name:?}: known are {}", known());
            Failure::new(Exit::Malformed, message).rule("profile-wrong-value")
        }),
        (None, None) => Ok(KeyForm::Standard),
    }
}

fn emit(forms: &[String], profile: &Profile) -> Result<Emit, Failure> {
    let mut emit = Emit::default();
    for form in forms {
        match form.as_str() {
            "xml" => emit.xml = true,
            "wbxml" => emit.wbxml = true,
            "wsp" => emit.wsp = true,
            "hex" => emit.hex = true,
            other => match other.strip_prefix("text:") {
                Some(path) if emit.text.is_none() => {
                    let text = read_text(Path::new(path), MAX_OCTETS)
                        .map_err(|error| Failure::io(path, &error))?;
                    let template = text_template(&text, profile).map_err(|error| {
                        Failure::new(Exit::Malformed, format!("{path}: {error}"))
                            .rule("build-text-template")
                    })?;
                    let extension = Path::new(path).extension().and_then(|e| e.to_str());
                    let extension = extension.unwrap_or("txt").to_owned();
                    if ["xml", "wbxml", "wsp", "hex"].contains(&extension.as_str())
                        && forms.contains(&extension)
                    {
                        let message = format!(
                            "--emit {other}: its files would be called .{extension} like those of \
                             --emit {extension}; rename the template"
                        );
                        return Err(Failure::new(Exit::Usage, message));
                    }
                    emit.text = Some((template, extension));
                }
                Some(_) => {
                    let message = "--emit takes one text template at a time";
                    return Err(Failure::new(Exit::Usage, message));
                }
                None => {
                    let message = format!(
                        "--emit {other:?}: known are xml, wbxml, wsp, hex and text:TEMPLATE"
                    );
                    return Err(Failure::new(Exit::Usage, message));
                }
            },
        }
    }
    Ok(emit)
}

fn show(args: &Build, job: &Job<'_>, report: &Report) -> Result<(), Failure> {
    let mut out = output::out();
    if args.json {
        let remark = |remark: &Remark| {
            json!({
                "rule": remark.rule,
                "severity": remark.severity.to_string(),
                "place": remark.place,
                "message": remark.message,
                "times": remark.times,
            })
        };
        let value = json!({
            "format": 1,
            "profile": job.profile.name,
            "form": if job.dm.is_some() { "dm" } else { "cp" },
            "sec": job.sec_name(),
            "checked_only": args.check,
            "devices": report.devices,
            "bad": report.bad,
            "files": report.files,
            "pack": args.pack.as_ref().map(|pack| pack.display().to_string()),
            "out": args.out.as_ref().filter(|_| !args.check).map(|out| out.display().to_string()),
            "remarks": report.remarks.iter().map(remark).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
        return Ok(out.flush()?);
    }
    for remark in &report.remarks {
        let (style, severity) = (output::severity_style(remark.severity), remark.severity);
        let times = match remark.times {
            0 | 1 => String::new(),
            times => format!(" ({times} times)"),
        };
        let place = if remark.place.is_empty() {
            String::new()
        } else {
            format!("{}: ", remark.place)
        };
        let label = format!("{severity}[{}]:", remark.rule);
        tell(style, &label, &format!("{place}{}{times}", remark.message));
    }
    if let Some(remark) = report.remarks.iter().max_by_key(|remark| remark.severity) {
        hint(remark.rule);
    }
    let devices = |count: usize| match count {
        1 => "1 device".to_owned(),
        count => format!("{count} devices"),
    };
    let signed = match job.sec {
        Some(sec) => format!("signed by {}", job.scheme().name_of(sec)),
        None => "not signed".to_owned(),
    };
    let shown = |path: &Path| output::visible(&path.display().to_string());
    match (&args.out, &args.pack) {
        _ if report.devices == 0 => return Ok(out.flush()?),
        (Some(path), _) if !args.check => writeln!(
            out,
            "{GOOD}built{GOOD:#} {}, {signed}: {} and {} in {}",
            devices(report.devices),
            match report.files {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            },
            crate::factory::manifest::FILE_NAME,
            shown(path)
        )?,
        (None, Some(path)) => writeln!(
            out,
            "{GOOD}built{GOOD:#} {}, {signed}, into {}",
            devices(report.devices),
            shown(path)
        )?,
        _ => writeln!(
            out,
            "{GOOD}checked{GOOD:#} {}, {signed}; nothing was written",
            devices(report.devices)
        )?,
    }
    if let Some(path) = args
        .secrets_out
        .as_ref()
        .filter(|path| !args.check && path.exists())
    {
        writeln!(
            out,
            "{DIM}secrets made by this job: {}{DIM:#}",
            output::visible(&path.display().to_string())
        )?;
    }
    if report.bad > 0 {
        writeln!(
            out,
            "{ERROR}{} could not be built{ERROR:#}",
            devices(report.bad)
        )?;
    }
    Ok(out.flush()?)
}
