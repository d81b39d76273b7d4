#pragma once
// The arithmetic of training on rows (rows.hpp), by vector instructions.
//
// Equal bits on every machine from AVX2 up: each number is made by the same operations in the same order whatever the
// vector's width, every multiply-add is a fused one and is written out, the compiler may not fuse others
// (-ffp-contract=off), and exp, log and cos are polynomials of our own. Machines without a fused multiply-add are
// refused (`require_fused_arithmetic`).
#include <cstddef>
#include <cstdint>

#include "train/quantiser.hpp"

namespace trigloop::train::kernel {

/// Error: unsupported, where the instruction set in use lacks a fused multiply-add.
void require_fused_arithmetic();

/// A matrix in memory: element (i, k) is data[i * row + k * column].
struct Matrix {
  const float* data;
  std::size_t row, column;
};

/// out[m][n] = start[m][n] + sum over k of a(m, k) b[k][n], k ascending, each step one fused multiply-add. `start` may
/// be `out`; with a start_stride of 0 all rows start alike. Columns are rounded up to the machine's vectors, at most to
/// padded(columns), which all strides allow for.
struct Product {
  std::size_t rows, depth, columns;
  Matrix a;
  const float* b;
  std::size_t b_stride;
  const float* start;
  std::size_t start_stride;
  float* out;
  std::size_t out_stride;
};
void multiply(const Product& p);

// Number by number; `count` is a multiple of 16.

/// y = the quantiser's values of x.
void quantise(const Quantiser& q, const float* x, float* y, std::size_t count);
/// dx = dy where the quantiser lets gradients pass (at x), else 0; added to dx if `add`.
void quantise_gradient(const Quantiser& q, const float* x, const float* dy, float* dx, std::size_t count, bool add);
/// y += x.
void add(const float* x, float* y, std::size_t count);
/// out[stride] += the sum of all rows.
void add_rows(const float* x, std::size_t rows, std::size_t stride, float* out);

/// The mean of a block's rows, and the sum of squares around it.
void block_moments(const float* x, std::size_t rows, std::size_t stride, float* mean, float* squares);
/// out = x - mean.
void centre(const float* x, const float* mean, std::size_t rows, std::size_t stride, float* out);

/// Batch norm: what it needs of each feature; `floor` is 0 where a ReLU follows, else minus infinity.
struct Norm {
  const float *mean, *inverse, *gamma, *beta;
  float floor;
};
/// y = max(floor, gamma (x - mean) inverse + beta).
void normalise(const Norm& n, const float* x, std::size_t rows, std::size_t stride, float* y);
/// Adds the sums over rows of dy and of dy (x - mean) inverse; dy counts where y is above the floor.
void normalise_sums(const Norm& n, const float* x, const float* dy, std::size_t rows, std::size_t stride, float* dy_sum,
                    float* dyx_sum);
/// dx = gamma inverse (dy - dy_mean - dyx_mean (x - mean) inverse); added to dx if `add`.
void normalise_gradient(const Norm& n, const float* x, const float* dy, const float* dy_mean, const float* dyx_mean,
                        std::size_t rows, std::size_t stride, float* dx, bool add);

/// dx += scale (x - y); returns nothing: sums of squares have a kernel of their own.
void difference(const float* x, const float* y, float scale, float* dx, std::size_t count, bool add);
/// out[16] += the squares of x - y, in 16 sums.
void squared_difference(const float* x, const float* y, std::size_t count, float* out);
/// out[16] += |x - y|.
void absolute_difference(const float* x, const float* y, std::size_t count, float* out);
/// dx = scale sign(x - y); added if `add`.
void sign_of_difference(const float* x, const float* y, float scale, float* dx, std::size_t count, bool add);

/// Keys of the random numbers of one use; core::Philox makes them from seed, stage and step.
struct Keys {
  std::uint32_t a, b;
};
/// z = mean + exp(log_variance / 2) noise, noise being standard normal of (keys, first_event + row, feature); it is
/// kept for the gradient.
void sample(const float* mean, const float* log_variance, Keys keys, std::uint32_t first_event, std::size_t rows,
            std::size_t stride, std::size_t features, float* noise, float* z);
/// The gradients of `sample`.
void sample_gradient(const float* log_variance, const float* noise, const float* dz, std::size_t rows,
                     std::size_t stride, std::size_t features, float* dmean, float* dlog_variance, bool add);
/// out[16] += 1 + l - m^2 - exp(l), of `features` columns.
void divergence(const float* mean, const float* log_variance, std::size_t rows, std::size_t stride,
                std::size_t features, float* out);
/// dmean = scale m, dlog_variance = scale (exp(l) - 1) / 2, of `features` columns.
void divergence_gradient(const float* mean, const float* log_variance, float scale, std::size_t rows,
                         std::size_t stride, std::size_t features, float* dmean, float* dlog_variance, bool add);
/// y = exp(x) and y = sinh(x), for |x| < 80.
void exponential(const float* x, float* y, std::size_t count);

/// One augmented view of events; see augment.hpp.
struct Augmentation {
  std::size_t features;
  std::uint32_t blur_event, blur_feature, mask_object, rotate_event;  ///< probabilities x 2^16
  float blur_magnitude;
  const std::uint32_t* object;  ///< of each feature (padded)
  const float* turns;           ///< of each feature: 1 if it is an angle that rotates, else 0
  const float *scale, *bias;    ///< of each feature: hardware value = normalised x scale + bias
  const float *inverse_scale, *period, *inverse_period;
};
void augment(const Augmentation& a, Keys keys, const float* const* events, std::uint32_t first_event, std::size_t rows,
             float* out);
/// Cells of a keyed permutation of [0, a b), a Feistel network whose halves are numbers below a and b; a, b <= 2^16.
struct Cells {
  std::uint32_t a, b, keys[6];
};
/// out[k] = where the permutation takes first + k.
void permute(const Cells& cells, std::uint32_t first, std::size_t count, std::uint32_t* out);
/// out = the rows that `events` points to.
void gather(const float* const* events, std::size_t rows, std::size_t stride, float* out);
/// The same of integers: out = step x the row.
void expand(const std::int8_t* const* events, float step, std::size_t rows, std::size_t stride, float* out);

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
