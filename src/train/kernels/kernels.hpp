#pragma once
// The arithmetic of training on blocks of events (rows.hpp), by vector instructions.
//
// Equal bits on every machine from AVX2 up: each number is made by the same operations in the same order whatever the
// vector's width, every multiply-add is a fused one and is written out, the compiler may not fuse others
// (-ffp-contract=off), and exp, log and cos are polynomials of our own. Machines without a fused multiply-add are
// refused (`require_fused_arithmetic`).
#include <cstddef>
#include <cstdint>

#include "train/kernels/quantiser.hpp"

namespace trigloop::train::kernel {

/// Error: unsupported, where the instruction set in use lacks a fused multiply-add.
void require_fused_arithmetic();

/// The part of a block that counts: [feature][event], features being feature_stride floats apart. Kernels write whole
/// vectors, up to the next multiple of 16 events.
struct Shape {
  std::size_t features, events;
};

/// A matrix in memory: element (i, k) is data[i * row + k * column].
struct Matrix {
  const float* data;
  std::size_t row, column;
};

/// out[m][e] = start + sum over k of a(m, k) b[k][e], k ascending, each step one fused multiply-add. The start is
/// bias[m], if there is one, plus what stands in out[m][e], if `add`. `relu`: and the larger of that and 0.
struct Product {
  std::size_t rows, depth, events;
  Matrix a;
  const float* b;
  const float* bias;
  float* out;
  bool add = false, relu = false;
};
void multiply(const Product& p);

/// A block in one or more views, `step` floats apart.
struct Views {
  const float* data;
  std::size_t step;
};
/// out[i][j] = the sum over events, and over all views, of x[i] y[j]; added if `add`. `triangular`: only where j >= i
/// is wanted. `y_sums`, if not null, are the same of y[j] alone.
struct EventSums {
  std::size_t rows, columns, events, views;
  Views x, y;
  float* out;
  std::size_t out_stride;
  float* y_sums = nullptr;
  bool add = false, triangular = false;
};
void multiply_over_events(const EventSums& s);

// Number by number.

/// y = the quantiser's values of x.
void quantise(const Quantiser& q, const float* x, float* y, Shape shape);
/// The same of any numbers end to end, a multiple of 16 of them.
void quantise_flat(const Quantiser& q, const float* x, float* y, std::size_t count);
/// dx = dy where the quantiser lets gradients pass (at x), else 0; added to dx if `add`.
void quantise_gradient(const Quantiser& q, const float* x, const float* dy, float* dx, Shape shape, bool add);

// A number that quantised_relu made, in 16 bits: its code, and the sign bit where no gradient passes. At most 15 bits.

/// y = the quantiser's values of x, and what is noted of them.
void quantise(const Quantiser& q, const float* x, float* y, std::int16_t* notes, Shape shape);
/// y again.
void quantise_again(const Quantiser& q, const std::int16_t* notes, float* y, Shape shape);
/// The same as quantise_gradient.
void noted_gradient(const std::int16_t* notes, const float* dy, float* dx, Shape shape, bool add);

/// The mean of each feature.
void block_means(const float* x, Shape shape, float* mean);
/// The same, and the sum of squares around it.
void block_moments(const float* x, Shape shape, float* mean, float* squares);
/// out = x - mean.
void centre(const float* x, const float* mean, Shape shape, float* out);

/// Batch norm: what it needs of each feature; `floor` is 0 where a ReLU follows, else minus infinity.
struct Norm {
  const float *mean, *inverse, *gamma, *beta;
  float floor;
};
/// y = max(floor, gamma (x - mean) inverse + beta).
void normalise(const Norm& n, const float* x, Shape shape, float* y);
/// The sums over events of dy and of dy (x - mean) inverse; dy counts where y is above the floor.
void normalise_sums(const Norm& n, const float* x, const float* dy, Shape shape, float* dy_sum, float* dyx_sum);
/// dx = gamma inverse (dy - dy_mean - dyx_mean (x - mean) inverse); added to dx if `add`.
void normalise_gradient(const Norm& n, const float* x, const float* dy, const float* dy_mean, const float* dyx_mean,
                        Shape shape, float* dx, bool add);

/// dx = scale (x - y); added if `add`.
void difference(const float* x, const float* y, float scale, float* dx, Shape shape, bool add);
/// dx = scale sign(x - y); added if `add`.
void sign_of_difference(const float* x, const float* y, float scale, float* dx, Shape shape, bool add);
/// The sum of (x - y)^2.
float squared_difference(const float* x, const float* y, Shape shape);
/// The sum of |x - y|.
float absolute_difference(const float* x, const float* y, Shape shape);
/// y = exp(x), x clamped to +-87.
void exponential(const float* x, float* y, Shape shape);

/// Keys of the random numbers of one use; core::Philox makes them from seed, stage and step.
struct Keys {
  std::uint32_t a, b;
};
/// z = mean + exp(log_variance / 2) noise, noise being standard normal of (keys, first_event + event, feature). `slope`
/// becomes dz / dlog_variance. At most 1022 features.
void sample(const float* mean, const float* log_variance, Keys keys, std::uint32_t first_event, Shape shape,
            float* slope, float* z);
/// The gradients of `sample`.
void sample_gradient(const float* slope, const float* dz, Shape shape, float* dmean, float* dlog_variance, bool add);
/// The sum of 1 + l - m^2 - exp(l).
float divergence(const float* mean, const float* log_variance, Shape shape);
/// dmean = scale m, dlog_variance = scale (exp(l) - 1) / 2.
void divergence_gradient(const float* mean, const float* log_variance, float scale, Shape shape, float* dmean,
                         float* dlog_variance, bool add);

/// One augmented view of events; see augment.hpp.
struct Augmentation {
  std::size_t features;                                               ///< three of each object
  std::uint32_t blur_event, blur_feature, mask_object, rotate_event;  ///< probabilities x 2^16
  float blur_magnitude;
  const std::uint8_t* turns;  ///< of each feature: 1 if it is an angle that rotates, else 0
  const float *scale, *bias;  ///< of each feature: hardware value = normalised x scale + bias
  const float *inverse_scale, *period, *inverse_period;
};
/// `out` may be `x`.
void augment(const Augmentation& a, Keys keys, const float* x, std::uint32_t first_event, std::size_t events,
             float* out);
/// The same of codes, x being step x code.
void augment(const Augmentation& a, Keys keys, const std::int8_t* codes, float step, std::uint32_t first_event,
             std::size_t events, float* out);
/// Cells of a keyed permutation of [0, a b), a Feistel network whose halves are numbers below a and b; a, b <= 2^16.
struct Cells {
  std::uint32_t a, b, keys[6];
};
/// out[k] = where the permutation takes first + k.
void permute(const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out);

// Matrices in double precision, their rows padded as those of weights.

/// out[i][j] = sum over k of a(i, k) b[k][j], k ascending; added if `add`. Element (i, k) of a is at i a_row + k
/// a_column.
struct MatrixProduct {
  std::size_t rows, depth, columns;
  const double* a;
  std::size_t a_row, a_column;
  const double* b;
  std::size_t b_row;
  double* out;
  std::size_t out_row;
  bool add;
};
void multiply(const MatrixProduct& p);
/// out += `count` (a multiple of 16) numbers of each slot, slot after slot.
void add_slots(const float* slots, std::size_t n_slots, std::size_t slot_stride, double* out, std::size_t count);

// Between rows and blocks.

/// out = the rows that `events` points to, turned.
void gather(const float* const* events, Shape shape, float* out);
/// The same of integers: out = step x the row.
void gather(const std::int8_t* const* events, float step, Shape shape, float* out);
void gather(const std::int8_t* const* events, Shape shape, std::int8_t* out);
/// Rows end to end, padded with zeros, from a block.
void scatter(const float* x, Shape shape, float* rows);

/// Keras' Adam. `rate` is the learning rate with the correction of both moments; g is the gradient.
struct Adam {
  float rate, beta1, beta2, epsilon, decay, clip;
};
void adam(const Adam& o, const float* g, float* w, float* m, float* v, std::size_t count);
/// Keras' Lion.
struct Lion {
  float rate, beta1, beta2, decay, clip;
};
void lion(const Lion& o, const float* g, float* w, float* m, std::size_t count);
/// out = scale x the sum of `count` numbers of each slot, slot after slot in double precision.
void reduce(const float* slots, std::size_t n_slots, std::size_t slot_stride, float scale, float* out,
            std::size_t count);

}  // namespace trigloop::train::kernel
