#pragma once
// Numbers and texts into an HDF5 file that is being written.
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"

namespace trigloop::bundle {

class Put {
 public:
  explicit Put(io::hdf5::Writer& writer) : writer_(writer) {}

  /// As many numbers of type T, in one dimension unless `shape` says otherwise.
  template <class T, class From>
  void numbers(const std::string& node, const std::vector<From>& values, std::vector<std::uint64_t> shape = {}) {
    std::vector<T> converted;
    converted.reserve(values.size());
    for (const From v : values) converted.push_back(static_cast<T>(v));
    const auto bytes = std::as_bytes(std::span(converted));
    if (shape.empty()) shape = {values.size()};
    writer_.add_array({node, event::type_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}});
  }
  void strings(const std::string& node, std::vector<std::string> texts) { writer_.add_strings(node, std::move(texts)); }
  void attribute(const std::string& node, const std::string& name, const std::string& text) {
    writer_.set_attribute(node, name, text);
  }

 private:
  io::hdf5::Writer& writer_;
};

/// `member` of each item.
template <class List, class Member>
auto each(const List& list, Member member) {
  std::vector<std::decay_t<decltype(std::invoke(member, list.front()))>> out;
  for (const auto& item : list) out.push_back(std::invoke(member, item));
  return out;
}

}  // namespace trigloop::bundle
