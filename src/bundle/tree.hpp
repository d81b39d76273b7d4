#pragma once
// A small HDF5 file as a tree of numbers and texts.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/source.hpp"

namespace trigloop::bundle {

class Tree {
 public:
  /// Errors: those of the reader.
  explicit Tree(const std::filesystem::path& path);

  /// Whether there is a data set `name` in the group.
  bool has(const std::string& group, const std::string& name) const;
  /// Data sets in a group, and the groups in it that lead to some; none, if there is no such group.
  std::vector<std::string> sets(const std::string& group) const;
  std::vector<std::string> groups(const std::string& group) const;

  /// All numbers of a data set; none, if it is not there. Errors: damaged; limit, above 2^25 of them over all calls.
  std::vector<double> numbers(const std::string& group, const std::string& name) const;
  /// The same of strings.
  std::vector<std::string> strings(const std::string& group, const std::string& name) const;
  /// "" if there is no such attribute or group.
  std::string attribute(const std::string& group, const std::string& name) const;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  const io::TableInfo* find(const std::string& group) const;

  std::filesystem::path path_;
  std::unique_ptr<io::Source> source_;
  mutable std::uint64_t budget_ = std::uint64_t{1} << 25;
};

}  // namespace trigloop::bundle
