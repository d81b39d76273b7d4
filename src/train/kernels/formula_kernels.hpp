#pragma once
// Functions of one or two numbers and their derivatives, on many numbers. Equal bits on every machine (kernels.hpp).
#include <cstddef>
#include <cstdint>

namespace trigloop::train::kernel {

enum class Elementary : std::uint8_t { add, subtract, multiply, divide, minimum, maximum, exp, log, sqrt, abs };
constexpr bool is_binary(Elementary f) { return f <= Elementary::maximum; }

/// y = f(a, b), or f(a). exp holds for |x| <= 87; log of what is not a positive normal number is NaN. `count` is a
/// multiple of 16, or padded to one.
void apply(Elementary f, const float* a, const float* b, float* y, std::size_t count);
/// da += dy df/da and db += dy df/db; either may be null. Where a minimum is a tie, its derivative is that of a.
void apply_gradient(Elementary f, const float* a, const float* b, const float* y, const float* dy, float* da, float* db,
                    std::size_t count);

}  // namespace trigloop::train::kernel
