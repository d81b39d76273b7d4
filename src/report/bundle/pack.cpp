#include "report/bundle/pack.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/folder.hpp"
#include "core/sha256.hpp"
#include "io/npy/npy.hpp"
#include "model/qonnx_export.hpp"
#include "report/bundle/check_script.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using evaluate::Evaluation;
using evaluate::Kind;
using evaluate::Rule;

constexpr std::array both_kinds = {Kind::raw, Kind::pure};

template <class T>
void add(io::npy::NpzWriter& npz, const std::string& name, event::Type type, const std::vector<T>& values,
         std::uint64_t columns = 0) {
  io::npy::ArrayView view{type, {values.size()}, std::as_bytes(std::span(values))};
  if (columns != 0) view.shape = {values.size() / columns, columns};
  npz.add(name, view);
}

/// The bytes of events.npz. Written beside the folder, as the writer wants a file.
std::string events_of(const std::filesystem::path& beside, std::span<const evaluate::Sample> samples,
                      std::uint64_t features) {
  io::npy::NpzWriter npz(beside);
  for (const evaluate::Sample& sample : samples) {
    add(npz, sample.name + ".codes", event::Type::int32, sample.codes);
    add(npz, sample.name + ".values", event::Type::int16, sample.values, features);
    if (!sample.fired.empty()) add(npz, sample.name + ".fired", event::Type::uint8, sample.fired);
    if (!sample.ht.empty()) add(npz, sample.name + ".ht", event::Type::float32, sample.ht);
  }
  npz.commit();
  const std::uint64_t bytes = std::filesystem::file_size(beside);
  std::string content = core::read_text(beside, bytes);
  std::filesystem::remove(beside);
  return content;
}

std::string thresholds_csv(const Evaluation& evaluation) {
  std::string csv = "rate_khz,kind,firmware_code,firmware_code_error,package_score,background_events,sparse\n";
  for (const evaluate::RateRow& row : evaluation.rows) {
    for (const Kind kind : both_kinds) {
      const evaluate::KindThreshold& t = row.thresholds[static_cast<std::size_t>(kind)];
      const evaluate::Threshold& firmware = t.by_rule[static_cast<std::size_t>(Rule::firmware)];
      fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{}\n", row.rate_khz, name_of(kind), firmware.code,
                     t.error, t.by_rule[static_cast<std::size_t>(Rule::package)].score,
                     kind == Kind::raw ? firmware.raw : firmware.pure, t.is_sparse ? 1 : 0);
    }
  }
  return csv;
}

}  // namespace

std::uint64_t write_pack(const std::filesystem::path& path, const PackInput& input) {
  if (!input.bundle.model)
    throw core::Error(core::ErrorCode::mismatch, "has no model, so its scores cannot be checked")
        .file(input.bundle.path.native())
        .remedy("Take the folder of trigloop train");
  const std::filesystem::path target = path.filename().empty() ? path.parent_path() : path;
  std::map<std::string, std::string> files;
  files["model.onnx"] = model::export_onnx(*input.bundle.model);
  files["evaluation.json"] = evaluate::to_json(input.evaluation, input.provenance) + "\n";
  files["tables.csv"] = evaluate::to_csv(input.evaluation);
  files["thresholds.csv"] = thresholds_csv(input.evaluation);
  files["summary.html"] = as_html(pack_summary(input));
  files["check.py"] = check_script();
  core::OutputFolder folder(target);
  files["events.npz"] = events_of(std::filesystem::path(target) += ".events.partial", input.samples,
                                  input.bundle.model->input().output.features());
  std::string sums;
  for (const auto& [name, content] : files) sums += core::sha256_hex(content) + "  " + name + "\n";
  files["SHA256SUMS"] = sums;
  std::uint64_t bytes = 0;
  for (const auto& [name, content] : files) {
    folder.write(name, std::string_view(content));
    bytes += content.size();
  }
  folder.commit();
  return bytes;
}

}  // namespace trigloop::report::bundles
