#pragma once
// Bundles as the training package's files. A file appears whole or not at all.
#include <filesystem>

#include "bundle/bundle.hpp"
#include "bundle/keras.hpp"

namespace trigloop::bundle {

/// What goes into the files beside the bundle itself.
struct WriteOptions {
  std::string package_config;       ///< JSON: the attribute `config` as the package writes it
  std::optional<KerasModel> keras;  ///< none for networks that Keras cannot hold
};

/// Errors: output.
void write_lite(const std::filesystem::path& path, const Bundle& bundle, const WriteOptions& options);
/// The same with the events of a packed file (Data.h5). Errors: output; those of reading it.
void write_complete(const std::filesystem::path& path, const Bundle& bundle, const WriteOptions& options,
                    const std::filesystem::path& packed);

}  // namespace trigloop::bundle
