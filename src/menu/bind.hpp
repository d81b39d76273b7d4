#pragma once
// A menu meets an input: kinds of objects become columns, and a seed that asks for what is not there is refused by
// name, or left out, if the user says so.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "event/layout.hpp"
#include "io/source.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {

inline constexpr std::int32_t no_column = -1;

/// Fields of an object. Sums have pt, phi and a type.
enum class Attribute : std::uint8_t { pt, eta, phi, isolation, quality, charge, type };
inline constexpr std::size_t attributes = 7;
std::string_view name_of(Attribute attribute) noexcept;

/// Where the objects of one kind come from; numbers count Binding::columns.
struct ObjectSource {
  std::array<std::int32_t, attributes> columns{no_column, no_column, no_column, no_column,
                                               no_column, no_column, no_column};
  bool dense = false;  ///< slots [first, first + count) of rows of (pt, eta, phi): one column for all three
  std::uint32_t first = 0, count = 0;
  double scale = 1;  ///< code = value x scale, rounded (a sum in GeV: 2)
};

struct Binding {
  Menu menu;  ///< as it will be evaluated: without dropped seeds, with stored bits as seeds
  std::string table;
  std::uint32_t cycle = 0;
  std::vector<std::string> columns;  ///< to be read; positions in a window are given to the Evaluator
  std::array<ObjectSource, kinds> sources;
  std::vector<std::int32_t> bit_columns;  ///< of each seed: its stored bit, or no_column
  /// run, orbit and bunch crossing, by which prescales draw; no_column: the entry's number is used
  std::array<std::int32_t, 3> key_columns{no_column, no_column, no_column};
  std::vector<std::string> warnings;  ///< one a dropped seed: name and reason

  io::Selection selection() const { return {table, cycle, columns}; }
};

struct BindOptions {
  bool drop_unfit = false;  ///< leave out seeds that the input cannot answer, with a warning each
  std::uint32_t cycle = 0;  ///< of the table; 0: the highest
};

/// Binds to jagged columns by the collections of `layout`: Mu, EG, Tau, Jet and EtSum with the fields pt, eta, phi,
/// iso, quality, charge and type. Errors: mismatch, naming the seed and the missing column, or if no seed is left, or
/// if columns hold physical values (io::refuse_physical_values), or sum types that the menu does not know.
Binding bind(const Menu& menu, const event::Layout& layout, const io::Source& source, const BindOptions& options = {});

/// Names of the training package's arrays: rows of MET 1 + EG 12 + MU 8 + JET 12 objects x (pt, eta, phi), and sums.
struct DenseNames {
  std::string table, objects = "full_data_cyl";
  std::string et = "ET";  ///< hardware units (0.5 GeV)
  std::string ht = "HT";  ///< GeV
};
/// Whether there is such a table with such an array.
bool has_dense(const io::SourceInfo& info, const DenseNames& names = {});
/// Binds to such arrays (zero bias, or NAME, NAME_ET, NAME_HT of a signal). They tell no isolation, quality or charge,
/// and no sums but MET, ET and HT. A slot whose pt is 0 is empty. Errors as `bind`.
Binding bind_dense(const Menu& menu, const io::Source& source, const DenseNames& names = {},
                   const BindOptions& options = {});

}  // namespace trigloop::menu
