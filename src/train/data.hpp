#pragma once
// Packed files (`Data.h5`: docs/formats.md) as tables of rows.
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/source.hpp"
#include "model/normalisation.hpp"
#include "train/recipe/recipe.hpp"

namespace trigloop::train {

/// Events with the trigger's own decision.
struct Events {
  std::string name;
  Table rows;
  std::vector<std::uint8_t> fired;  ///< whether any L1 bit was set; empty where the file does not say
};

class PackedFile {
 public:
  /// With `scaling`, events are given as if the file had been normalised by it: what a deployed network expects.
  /// Errors: those of the reader; mismatch, if it is no packed file, or of other features.
  explicit PackedFile(std::filesystem::path path, std::optional<model::Normalisation> scaling = {});

  const std::filesystem::path& path() const noexcept { return path_; }
  /// By which the events are scaled that `read` gives.
  const model::Normalisation& normalisation() const noexcept { return scaling_; }
  const DataShape& shape() const noexcept { return shape_; }
  const std::vector<std::string>& signals() const noexcept { return signals_; }
  /// The attribute `config`, or "".
  std::string config() const;

  /// "Background_data/Train", "Signal_data/NAME": normalised values as `quantiser` rounds them. Errors: damaged, for
  /// values that are not finite; mismatch.
  Events read(const std::string& table, const Quantiser& quantiser) const;
  /// The same as codes, for quantisers of up to 8 bits; none for wider ones. One copy serves all who hold it at a time,
  /// on any thread.
  std::shared_ptr<const Codes> codes(const std::string& table, const Quantiser& quantiser) const;
  /// Events of a table. Error: mismatch, naming what there is.
  std::size_t events(const std::string& table) const;
  /// A column of one number an event: ET, HT, PU. Errors: mismatch, naming what there is; damaged.
  std::vector<float> read_column(const std::string& table, const std::string& column) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<io::Source> source_;
  model::Normalisation own_, scaling_;  ///< the file's, and the one that is wanted
  DataShape shape_;
  std::vector<std::string> signals_;
  mutable std::mutex codes_lock_;
  mutable std::map<std::string, std::weak_ptr<const Codes>> codes_;  ///< by table and quantiser
};

}  // namespace trigloop::train
