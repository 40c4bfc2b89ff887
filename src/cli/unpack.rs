//! `dmboot unpack`

use super::args::Unpack;
use super::exit::{Exit, Failure};
use crate::factory::pack::{Pack, PackError};
use crate::factory::station::write_whole;

pub fn run(args: &Unpack) -> Result<Exit, Failure> {
    let name = args.pack.display();
    let failure = |error: PackError| match &error {
        PackError::Read(source) => Failure::io(&name, source),
        _ => {
            let rule = error.rule();
            Failure::new(Exit::Malformed, format!("{name}: {error}")).rule(rule)
        }
    };
    let mut pack = Pack::open(&args.pack).map_err(failure)?;
    while let Some(record) = pack.next().map_err(failure)? {
        if record.key == args.device {
            return match &args.out {
                Some(path) => {
                    write_whole(path, record.pdu.expose(), args.force)?;
                    Ok(Exit::Ok)
                }
                None => super::print(record.pdu.expose()),
            };
        }
    }
    let message = format!("{name}: no device has the key {:?}", args.device);
    Err(Failure::new(Exit::Usage, message))
}
