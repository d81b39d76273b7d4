#pragma once
// HDF5 files.
//
// A group is a table named by its path ("" is the root), its data sets are columns whose first dimension counts
// entries; a scalar data set is a column of one entry. Numbers of every width and both byte orders are read, float16 as
// float32, h5py's booleans as booleans. Strings, compounds, references and other types are listed with the reason.
//
// Files are read by our own code (README.md says why); the HDF5 library only writes.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "io/sink.hpp"
#include "io/source.hpp"

namespace trigloop::core {
class InputFile;
}

namespace trigloop::io::hdf5 {

/// Opens a file. Errors: not_found; damaged; unsupported; limit. What is wrong with one data set alone is told in its
/// ColumnInfo::why_not.
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// Whether a file has the signature of HDF5, at its start or behind a user block.
bool is_hdf5(const core::InputFile& file);

/// The text attribute `name` of the group or data set at `node` ("" is the root, "a/b" nests): fixed or variable-length
/// strings. None if there is no such attribute. Errors: mismatch, if there is no such node; unsupported, if the
/// attribute is no string.
std::optional<std::string> read_attribute(const std::filesystem::path& path, const std::string& node,
                                          const std::string& name);

}  // namespace trigloop::io::hdf5
