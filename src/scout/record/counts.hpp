#pragma once
// Exact histograms of integers, compact: what a lumisection keeps of its scores and inputs.
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace trigloop::scout {

/// Non-zero bins (value, count), values ascending.
using Counts = std::vector<std::pair<std::int64_t, std::uint64_t>>;

std::uint64_t total(const Counts& counts) noexcept;
/// Adds `other` to `counts`. Error: limit, if a count would leave 64 bits.
void add(Counts& counts, const Counts& other);
/// `counts` without `part`, no bin of which may be larger.
Counts difference(const Counts& counts, const Counts& part);
/// The non-zero ones of `dense`, whose first bin is the value `lowest`.
Counts compact(std::span<const std::uint32_t> dense, std::int64_t lowest);

/// Histograms of the model's inputs, taken from a fixed part of the orbits: those whose number is a multiple of
/// `every`.
struct InputHistograms {
  std::uint32_t every = 1;
  std::uint64_t events = 0;        ///< that were looked at
  std::vector<std::string> names;  ///< of features ("EG0.pt"), multiplicities ("EG.count"), pt by |eta| ("EG.pt@35-57")
  std::vector<Counts> counts;      ///< one a name
  bool operator==(const InputHistograms&) const = default;
};

/// Later versions put more histograms behind those of earlier ones: only what both have is kept. Error: mismatch, if
/// the names differ otherwise, or `every` does.
void add(InputHistograms& histograms, const InputHistograms& other);

}  // namespace trigloop::scout
