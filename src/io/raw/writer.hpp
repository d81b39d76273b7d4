#pragma once
// Events as raw files: what the scouting network would have written of them. For tests, benchmarks and rehearsals.
#include <cstdint>
#include <filesystem>
#include <memory>

#include "io/sink.hpp"

namespace trigloop::io::raw {

struct WriterOptions {
  bool file_a_source = false;  ///< the calorimeter's part goes to a companion, as on the network; else all to one file
};

/// Takes a table `Events` as the flat ntuple has it (run, luminosityBlock, orbitNumber, bunchCrossing; hardware values
/// of L1Mu, L1EG, L1Tau, L1Jet, L1EtSum), whose rows of an orbit follow each other; other tables and columns are passed
/// over. Muons go to blocks of the muon trigger, the rest to blocks of the calorimeter.
class Writer final : public Sink {
 public:
  explicit Writer(std::filesystem::path path, WriterOptions options = {});
  ~Writer() override;

  /// Error: mismatch, if a table `Events` lacks the key.
  std::size_t add_table(const TableSpec& table) override;
  /// Errors: mismatch, for a value or a number of objects that the blocks cannot hold; output.
  void append(std::size_t table, const event::Columns& cluster) override;
  void commit() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trigloop::io::raw
