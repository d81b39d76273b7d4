#pragma once
// Evidence without trust: a folder from which anybody recomputes every number of an evaluation, with NumPy and
// onnxruntime and none of our code (docs/formats.md, "Packs").
#include <cstdint>
#include <filesystem>
#include <span>

#include "bundle/bundle.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/report.hpp"
#include "report/page.hpp"

namespace trigloop::report::bundles {

struct PackInput {
  const bundle::Bundle& bundle;  ///< with a model
  const evaluate::Evaluation& evaluation;
  const evaluate::Provenance& provenance;
  /// The evaluated samples: the background, then the signals as the evaluation has them; with `values` of those events
  /// that are to be scored again.
  std::span<const evaluate::Sample> samples;
};

/// Writes the folder, which appears whole or not at all; returns its size in bytes. Errors: unsupported, for a model
/// without an exact form in ONNX; mismatch, for a bundle without a model; output.
std::uint64_t write_pack(const std::filesystem::path& path, const PackInput& input);

/// Two printed pages: working points and warnings, then efficiencies. Tables alone, so it needs no drawing library.
Page pack_summary(const PackInput& input);

}  // namespace trigloop::report::bundles
