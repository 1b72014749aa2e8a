//! Designs of networks, and the graphs that they are.

use crate::problem::network::activation::Activation;
use crate::problem::network::graph::attention::Attention;
use crate::problem::network::graph::convolution::Convolution;
use crate::problem::network::graph::embedding::{Embedding, Shift};
use crate::problem::network::graph::gelu::Gelu;
use crate::problem::network::graph::linear::Linear;
use crate::problem::network::graph::nodes::Graph;
use crate::problem::network::graph::normalisation::Normalisation;
use crate::problem::network::graph::pooling::{Activated, MaxPool, Mean, Select};

/// The shape of an image whose pixels are the features, channel after channel and row after row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Channels: 1 for grey, 3 for colour.
    pub n_channels: usize,
    /// Rows.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
}

/// The blocks of a transformer, each of which normalises before its attention and before its
/// feed-forward layers.
///
/// # Source
/// Vaswani et al., arXiv 1706.03762, section 3; normalisation before rather than after, as in
/// Dosovitskiy et al., arXiv 2010.11929, section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transformer {
    /// Channels of a position.
    pub width: usize,
    /// Number of blocks.
    pub depth: usize,
    /// Heads of the attention, a divisor of `width`.
    pub n_heads: usize,
    /// Neurons of the feed-forward layers.
    pub n_hidden: usize,
    /// Their activation; the Gaussian error linear unit if there is none.
    pub activation: Option<Activation>,
}

/// What a network is made of, but for its loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Design {
    /// Fully connected layers.
    Perceptron {
        /// Numbers of neurons of the hidden layers, all positive.
        hidden: Vec<usize>,
        /// Their activation.
        activation: Activation,
    },
    /// Two convolutions of 3 by 3 pixels, maxima over squares of 2 by 2, fully connected layers.
    ///
    /// # Source
    /// The residual network that Compagnoni et al., arXiv 2411.15958, Appendix F.3, is taken to use,
    /// with 32 channels and one hidden layer of 128 neurons.
    Convolutional {
        /// The features.
        image: Image,
        /// Channels of either convolution.
        n_channels: usize,
        /// Whether what the first convolution gives is added to the second, before its activation.
        is_residual: bool,
        /// Numbers of neurons of the hidden layers after the convolutions.
        hidden: Vec<usize>,
        /// The activation of convolutions and hidden layers.
        activation: Activation,
    },
    /// A transformer over square patches of an image, whose outputs are averaged over the patches.
    ///
    /// # Source
    /// Dosovitskiy et al., arXiv 2010.11929, section 3.1, with the mean over positions in the place of a
    /// class token.
    Vision {
        /// The features.
        image: Image,
        /// Pixels of a side of a patch, a divisor of both sides of the image.
        patch: usize,
        /// The blocks.
        blocks: Transformer,
    },
    /// A transformer that reads symbols, whose numbers are the features, and predicts the next one
    /// from the last position; no position sees a later one.
    Character {
        /// Symbols 0, 1, 2, ...; at least as many as there are outputs.
        n_symbols: usize,
        /// The blocks.
        blocks: Transformer,
    },
}

/// Why a design does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The parameter at fault.
    pub(crate) parameter: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What would be right.
    pub(crate) remedy: &'static str,
}

impl Design {
    /// The graph on samples of `n_features` with `n_outputs` outputs.
    ///
    /// # Errors
    /// If the design is not for so many features, or its own numbers contradict each other.
    pub(crate) fn graph(&self, n_features: usize, n_outputs: usize) -> Result<Graph, Misfit> {
        let mut graph = Graph::new(n_features);
        match self {
            Design::Perceptron { hidden, activation } => {
                let features = (0, n_features);
                add_dense(&mut graph, features, hidden, *activation, n_outputs);
            }
            Design::Convolutional { image, n_channels, is_residual, hidden, activation } => {
                check_image(*image, n_features)?;
                let features =
                    add_convolutions(&mut graph, *image, *n_channels, *activation, *is_residual)?;
                add_dense(&mut graph, features, hidden, *activation, n_outputs);
            }
            Design::Vision { image, patch, blocks } => {
                check_image(*image, n_features)?;
                blocks.check()?;
                let map = patches(*image, *patch)?;
                let pixels = image.n_channels * patch * patch;
                let n_positions = n_features / pixels;
                let input = graph.add(Select { n_inputs: n_features, map }, 0);
                let embedding = linear([pixels, blocks.width], n_positions);
                let embedded = graph.add(embedding, input);
                let last = blocks.add(&mut graph, embedded, n_positions, false);
                let mean = graph.add(Mean { n_channels: blocks.width, n_positions }, last);
                graph.add(linear([blocks.width, n_outputs], 1), mean);
            }
            Design::Character { n_symbols, blocks } => {
                blocks.check()?;
                let (n_positions, width) = (n_features, blocks.width);
                let n_symbols = (*n_symbols).max(n_outputs);
                let embedded = graph.add(Embedding { n_symbols, width, n_positions }, 0);
                let last = blocks.add(&mut graph, embedded, n_positions, true);
                let map = (0..width).map(|i| i * n_positions + n_positions - 1).collect();
                let last = graph.add(Select { n_inputs: width * n_positions, map }, last);
                graph.add(linear([width, n_outputs], 1), last);
            }
        }
        Ok(graph)
    }
}

impl Transformer {
    fn check(&self) -> Result<(), Misfit> {
        if self.n_heads > 0 && self.width.is_multiple_of(self.n_heads) {
            return Ok(());
        }
        Err(Misfit {
            parameter: "heads",
            message: format!("{} heads do not divide {} channels", self.n_heads, self.width),
            remedy: "take a divisor of `width`",
        })
    }

    /// Adds positions, the blocks and a last normalisation; the number of the value.
    fn add(
        &self,
        graph: &mut Graph,
        embedded: usize,
        n_positions: usize,
        is_causal: bool,
    ) -> usize {
        let Transformer { width, n_heads, n_hidden, .. } = *self;
        let normalisation = Normalisation { n_channels: width, n_positions };
        let mut x = graph.add(Shift { n_channels: width, n_positions }, embedded);
        for _ in 0..self.depth {
            let normal = graph.add(normalisation, x);
            let products = graph.add(linear([width, 3 * width], n_positions), normal);
            let attention = Attention { n_heads, width, n_positions, is_causal };
            let heads = graph.add(attention, products);
            x = graph.add_residual(linear([width, width], n_positions), heads, x);
            let normal = graph.add(normalisation, x);
            let hidden = graph.add(linear([width, n_hidden], n_positions), normal);
            let len = n_hidden * n_positions;
            let hidden = match self.activation {
                None => graph.add(Gelu { len }, hidden),
                Some(activation) => graph.add(Activated { len, activation }, hidden),
            };
            x = graph.add_residual(linear([n_hidden, width], n_positions), hidden, x);
        }
        graph.add(normalisation, x)
    }
}

/// A map of channels without activation.
fn linear([n_inputs, n_outputs]: [usize; 2], n_positions: usize) -> Linear {
    Linear { n_inputs, n_outputs, n_positions, activation: Activation::Identity }
}

/// Adds fully connected layers to a value of a given length.
fn add_dense(
    graph: &mut Graph,
    (mut value, mut n_inputs): (usize, usize),
    hidden: &[usize],
    activation: Activation,
    n_outputs: usize,
) {
    for &n_outputs in hidden {
        let layer = Linear { n_inputs, n_outputs, n_positions: 1, activation };
        value = graph.add(layer, value);
        n_inputs = n_outputs;
    }
    graph.add(linear([n_inputs, n_outputs], 1), value);
}

/// Adds both convolutions and the maxima; the value that they give and its length.
fn add_convolutions(
    graph: &mut Graph,
    image: Image,
    n_channels: usize,
    activation: Activation,
    is_residual: bool,
) -> Result<(usize, usize), Misfit> {
    let Image { height, width, .. } = image;
    if height < 2 || width < 2 {
        return Err(Misfit {
            parameter: "image",
            message: format!("{height} by {width} pixels have no square of 2 by 2"),
            remedy: "take a larger image",
        });
    }
    let (n_inputs, n_outputs) = (image.n_channels, n_channels);
    let first = Convolution { n_inputs, n_outputs, height, width, activation };
    let second = Convolution { n_inputs: n_outputs, activation: Activation::Identity, ..first };
    let mut value = graph.add(first, 0);
    if is_residual {
        value = graph.add_residual(second, value, value);
        let len = n_channels * height * width;
        value = graph.add(Activated { len, activation }, value);
    } else {
        value = graph.add(Convolution { activation, ..second }, value);
    }
    let value = graph.add(MaxPool { n_channels, height, width }, value);
    Ok((value, n_channels * (height / 2) * (width / 2)))
}

fn check_image(image: Image, n_features: usize) -> Result<(), Misfit> {
    let Image { n_channels, height, width } = image;
    if n_channels * height * width == n_features {
        return Ok(());
    }
    Err(Misfit {
        parameter: "image",
        message: format!(
            "an image of {n_channels} by {height} by {width} pixels has {}, and the data have {n_features} features",
            n_channels * height * width
        ),
        remedy: "give channels, rows and columns whose product is the number of features",
    })
}

/// Which feature stands where once patches are the positions: channel, row and column in a patch, then
/// the patch.
fn patches(image: Image, patch: usize) -> Result<Vec<usize>, Misfit> {
    let Image { n_channels, height, width } = image;
    if patch == 0 || !height.is_multiple_of(patch) || !width.is_multiple_of(patch) {
        return Err(Misfit {
            parameter: "patch",
            message: format!("patches of {patch} pixels do not divide {height} by {width}"),
            remedy: "take a divisor of both sides of the image",
        });
    }
    let mut map = Vec::with_capacity(n_channels * height * width);
    for channel in 0..n_channels {
        for y in 0..patch {
            for x in 0..patch {
                for top in (0..height).step_by(patch) {
                    for left in (0..width).step_by(patch) {
                        map.push((channel * height + top + y) * width + left + x);
                    }
                }
            }
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests;
