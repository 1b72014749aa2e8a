//! Monte Carlo theories: tail indices by populations, for any spectrum and any data set.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range};

use crate::tail::diffusion::{bounds_of, diffusion_of};
use crate::tail::hsgd_walk::{CloningSize, cloned_rate};
use crate::tail::interface::{Case, Finding, NotApplicable, Process, TailTheory};
use crate::tail::inversion::index_from_right;
use crate::tail::population::{Growth, Population, growth_rate};
use crate::tail::sgd_upper::sgd_upper_bound;
use crate::tail::sgd_walk::SgdWalk;

/// Where the search starts, relative to an upper bound of the index.
const NEAR: f64 = 1.06;
/// Where the first secant comes from, relative to the same.
const FAR: f64 = 1.2;
/// Largest power at which growth is looked for without an upper bound.
const LARGEST_POWER: f64 = 256.0;

const PARTICLES: Parameter = Parameter {
    name: "particles",
    doc: "Particles of a population.",
    unit: "",
    kind: Kind::Integer { min: 2, max: 1_000_000 },
    default: Default::Integer(500),
};

const REPLICATES: Parameter = Parameter {
    name: "replicates",
    doc: "Independent populations, from which the standard error comes.",
    unit: "",
    kind: Kind::Integer { min: 2, max: 1000 },
    default: Default::Integer(8),
};

/// Homogenized SGD with any spectrum.
#[derive(Clone, Copy, Debug)]
pub struct HsgdCloning;

static HSGD: Part = Part {
    name: "hsgd_cloning",
    doc: "Tail index of homogenized SGD with any spectrum, by Monte Carlo: the growth rate of moments is estimated from populations of directions, and its root is the index.",
    parameters: &[
        PARTICLES,
        REPLICATES,
        Parameter {
            name: "step",
            doc: "Step of time relative to the fastest rate; the error is of second order.",
            unit: "",
            kind: Kind::Real(Range { high: 0.5, high_included: true, ..Range::POSITIVE }),
            default: Default::Real(0.05),
        },
        Parameter {
            name: "horizon",
            doc: "Time of a population relative to the fastest rate; half as much is left out before.",
            unit: "",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Real(60.0),
        },
    ],
    source: file!(),
};

impl TailTheory for HsgdCloning {
    fn part(&self) -> &'static Part {
        &HSGD
    }

    fn process(&self) -> Process {
        Process::HomogenizedSgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        parameters: &Parameters,
        key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let diffusion = diffusion_of(case)?;
        let size = CloningSize {
            n_particles: parameters.count(PARTICLES.name) as usize,
            n_replicates: parameters.count(REPLICATES.name) as usize,
            step: parameters.real("step"),
            horizon: parameters.real("horizon"),
        };
        let upper = diffusion.upper();
        // The same random numbers at every power keep secants free of their differences.
        let growth = |p: f64| cloned_rate(&diffusion, p, &size, key);
        index_from_right(growth, NEAR * upper, FAR * upper)
    }
}

/// SGD on any data set.
#[derive(Clone, Copy, Debug)]
pub struct SgdCloning;

static SGD: Part = Part {
    name: "sgd_cloning",
    doc: "Tail index of SGD on a data set, by Monte Carlo: populations of directions start from the rows whose updates expand, the growth rate of moments is estimated where they grow, and is extrapolated to zero.",
    parameters: &[
        PARTICLES,
        REPLICATES,
        Parameter {
            name: "iterations",
            doc: "Iterations of a population; a quarter as many are left out before.",
            unit: "iterations",
            kind: Kind::Integer { min: 4, max: 1_000_000 },
            default: Default::Integer(200),
        },
    ],
    source: file!(),
};

impl TailTheory for SgdCloning {
    fn part(&self) -> &'static Part {
        &SGD
    }

    fn process(&self) -> Process {
        Process::Sgd
    }

    fn find(
        &self,
        case: &Case<'_>,
        parameters: &Parameters,
        key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        bounds_of(case)?;
        let walk = SgdWalk::new(case)?;
        let n_steps = parameters.count("iterations") as usize;
        let population = Population {
            n_particles: parameters.count(PARTICLES.name) as usize,
            n_burn_in: n_steps / 4,
            n_steps,
            n_replicates: parameters.count(REPLICATES.name) as usize,
        };
        let growth = |p: f64| growth_rate(&walk.with_power(p), &population, key);
        match sgd_upper_bound(case) {
            Ok(upper) if upper == f64::INFINITY => Ok(Finding::exact(upper)),
            Ok(upper) if case.batch_size == 1 => {
                index_from_right(growth, NEAR * upper, FAR * upper)
            }
            Ok(_) | Err(NotApplicable::NeedsReplacement) => {
                let near = growing_power(&growth)?;
                index_from_right(growth, near, near * FAR / NEAR)
            }
            Err(reason) => Err(reason),
        }
    }
}

/// The first of 2, 4, 8, ... at which moments clearly grow.
fn growing_power(growth: &impl Fn(f64) -> Growth) -> Result<f64, NotApplicable> {
    let mut power = 2.0;
    while power <= LARGEST_POWER {
        let found = growth(power);
        if found.rate > 3.0 * found.standard_error {
            return Ok(power);
        }
        power *= 2.0;
    }
    Err(NotApplicable::NotFound { limit: LARGEST_POWER })
}
