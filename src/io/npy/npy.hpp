#pragma once
// NumPy's .npy and .npz files.
//
// A .npy file is one table "" with one column, named by the file's stem; a .npz archive is one table "" with a column
// for each array, named by its member. An array of shape (N, a, b) is N entries of shape {a, b}; a scalar is one entry.
// Arrays in Fortran order and of either byte order come out in C order and native. float16 comes out as float32.
// Structured and object types are listed, and never read: no pickle is opened.
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "io/source.hpp"

namespace trigloop::io::npy {

/// Opens a .npy or .npz by content. Errors: damaged, unsupported (a .npy of a type that is not read), not_found.
std::unique_ptr<Source> open(const std::filesystem::path& path);

/// An array in memory, in C order and native bytes.
struct ArrayView {
  event::Type type = event::Type::int32;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> bytes;  ///< product of shape x size of type
};

/// Writes a .npy file (version 1.0); it appears whole or not at all. Error: output.
void write_npy(const std::filesystem::path& path, const ArrayView& array);

enum class Compression { none, deflate };

/// Writes a .npz archive, one array after the other; it appears by commit.
class NpzWriter {
 public:
  explicit NpzWriter(std::filesystem::path path, Compression compression = Compression::deflate);
  ~NpzWriter();
  /// Adds the array as member NAME.npy. Errors: usage, if the name is empty, taken or longer than 65,000 bytes; output.
  void add(const std::string& name, const ArrayView& array);
  void commit();

 private:
  struct Entry;
  void write_directory();

  core::OutputFile file_;
  Compression compression_;
  std::vector<Entry> entries_;
};

}  // namespace trigloop::io::npy
