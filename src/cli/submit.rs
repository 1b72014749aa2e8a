//! `submit`: what is missing, computed on a cluster.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{Format, Options, SubmitOptions};
use crate::cli::pipeline::{Pipeline, digest};
use crate::cli::watch;
use crate::cluster::{Cluster, Followed, Pilots, Slurm, follow};
use crate::error::{DONE, Error, INTERRUPTED, plural};
use crate::identity::Hasher;
use crate::plan::PlannedBlock;
use crate::run::{Interrupt, Progress, n_tasks};
use crate::store::{Arrivals, StoreError};

/// The description of the cluster where none is named.
const DESCRIPTION: &str = "cluster.yaml";
/// Folder of the store for what the tasks print.
const LOGS: &str = "slurm";
/// What an interruption leaves.
pub(crate) const GOES_ON: &str =
    "the tasks on the cluster go on; the same command follows them again, `scancel` ends them\n";

/// Computes what is missing on the cluster; gives what to print and the exit code.
pub(crate) fn submit(arguments: &SubmitOptions) -> Result<(String, u8), Error> {
    let options = &arguments.options;
    let cluster = description(arguments.cluster.as_deref())?;
    let mut pipeline = Pipeline::open(options)?;
    if arguments.dry_run {
        let missing = pipeline.plan.missing(&pipeline.index);
        pipeline.check_problems(&missing)?;
        return Ok((dry_run(&pipeline, options, &cluster, &missing)?, DONE));
    }
    let n_before = pipeline.plan.missing(&pipeline.index).len();
    let followed = compute(&mut pipeline, options, &cluster, &watch()?)?;
    if followed.missing > 0 {
        return Ok((GOES_ON.to_owned(), INTERRUPTED));
    }
    let results = digest(&pipeline.plan, &pipeline.index).map(|digest| digest.to_string());
    if options.format == Format::Json {
        let json = serde_json::json!({
            "computed": n_before, "jobs": followed.jobs, "results": results,
        });
        return Ok((format!("{json:#}\n"), DONE));
    }
    let (blocks, jobs) = (plural(n_before, "block"), plural(followed.jobs, "job"));
    let mut text = format!("{blocks} computed by {jobs}\n");
    if let Some(results) = results {
        let _ = writeln!(text, "results: sha256 {results}");
    }
    Ok((text, DONE))
}

/// The description of the cluster: the file `path`, else [`DESCRIPTION`] if it is there, else the
/// cluster's own defaults.
pub(crate) fn description(path: Option<&Path>) -> Result<Cluster, Error> {
    match path {
        Some(path) => Ok(Cluster::read(path)?),
        None if Path::new(DESCRIPTION).exists() => Ok(Cluster::read(Path::new(DESCRIPTION))?),
        None => Ok(Cluster::default()),
    }
}

/// Has everything that is missing computed on the cluster, and reads the store anew.
pub(crate) fn compute(
    pipeline: &mut Pipeline,
    options: &Options,
    cluster: &Cluster,
    interrupt: &Interrupt,
) -> Result<Followed, Error> {
    let mut done = Followed::default();
    loop {
        let missing = pipeline.plan.missing(&pipeline.index);
        if missing.is_empty() {
            return Ok(done);
        }
        pipeline.check_problems(&missing)?;
        let store = pipeline.location.open_to_write()?;
        let pilots = pilots(pipeline, options, cluster, &missing)?;
        std::fs::create_dir_all(&pilots.logs)
            .map_err(|source| StoreError::Write { path: pilots.logs.clone(), source })?;
        let progress =
            Progress::start(pipeline.verbosity, "cluster", "blocks", missing.len() as u64);
        let followed = follow(
            &Slurm::new(&pilots)?,
            missing.iter().map(|block| block.id).collect(),
            (&store, Arrivals::since(pipeline.index.files.keys().copied().collect())),
            &pilots.logs,
            (interrupt, &progress),
        )?;
        progress.finish();
        done = Followed { jobs: done.jobs + followed.jobs, missing: followed.missing };
        if done.missing > 0 {
            return Ok(done);
        }
        pipeline.index = store.index()?;
    }
}

/// The command and the script that would be submitted.
fn dry_run(
    pipeline: &Pipeline,
    options: &Options,
    cluster: &Cluster,
    missing: &[PlannedBlock],
) -> Result<String, Error> {
    if missing.is_empty() {
        return Ok("nothing is missing\n".to_owned());
    }
    let pilots = pilots(pipeline, options, cluster, missing)?;
    let (sbatch, script) = (pilots.options()?, pilots.script()?);
    if options.format == Format::Json {
        let json =
            serde_json::json!({ "blocks": missing.len(), "sbatch": sbatch, "script": script });
        return Ok(format!("{json:#}\n"));
    }
    let (blocks, tasks) = (plural(missing.len(), "block"), plural(pilots.tasks, "task"));
    Ok(format!(
        "{blocks} for {tasks}, as a job of the name {}\n\nsbatch \\\n  {}\n\n{script}",
        pilots.name,
        sbatch.join(" \\\n  ")
    ))
}

/// The pilot tasks for `missing`: no more than find something to do.
fn pilots(
    pipeline: &Pipeline,
    options: &Options,
    cluster: &Cluster,
    missing: &[PlannedBlock],
) -> Result<Pilots, Error> {
    let start = |error: std::io::Error| Error::Start(error.to_string());
    let store = std::path::absolute(pipeline.location.folder()).map_err(start)?;
    let mut arguments: Vec<PathBuf> = ["run", "--quiet", "--store"].map(PathBuf::from).to_vec();
    match pipeline.location.url() {
        // The tasks share the cache, which therefore has to be where all of them see it.
        Some(url) => arguments.extend([url.into(), "--store-cache".into(), store.clone()]),
        None => arguments.push(store.clone()),
    }
    arguments.extend(["--profile", &options.profile].map(PathBuf::from));
    arguments.extend(["--save-every", &options.save_every.to_string()].map(PathBuf::from));
    arguments.extend(options.manifests.iter().cloned());
    let mut name = Hasher::new("maruyama job 1");
    name.field(store.as_os_str().as_encoded_bytes());
    for block in &pipeline.plan.blocks {
        name.field(block.id.0.to_string().as_bytes());
    }
    Ok(Pilots {
        name: format!("maruyama-{}", name.finish().short()),
        tasks: n_tasks(missing.to_vec()).min(cluster.tasks.into()),
        cluster: cluster.clone(),
        program: std::env::current_exe().map_err(start)?,
        arguments,
        folder: std::env::current_dir().map_err(start)?,
        logs: store.join(LOGS),
    })
}
