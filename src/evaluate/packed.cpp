#include "evaluate/packed.hpp"

#include <algorithm>

#include "curate/packed_input.hpp"
#include "curate/signal_sets.hpp"
#include "io/any/any.hpp"

namespace trigloop::evaluate {

bool is_blind(const std::filesystem::path& packed, const curate::Settings& settings, const std::string& name) {
  const auto blind = [&](const curate::SignalTable& table) {
    return curate::describe_set(table, name).role == curate::Role::blind;
  };
  return blind(settings.signal_table) || blind(curate::read_signal_sets(packed));
}

PackedSamples read_packed(const std::filesystem::path& packed, const score::Scorer& scorer,
                          const curate::Settings& settings, const SampleOptions& options, bool unblind) {
  constexpr io::EntryRange all{0, ~std::uint64_t{0}};
  const std::shared_ptr<const io::Source> source = io::open(packed);
  const auto read = [&](const std::string& name, const std::string& table, const SampleOptions& how) {
    return read_sample(name, *curate::open_packed(source, table, settings), all, scorer, settings, how);
  };
  PackedSamples samples{read("background", "Background_data/Test", options), {}, {}};
  SampleOptions of_signals = options;
  of_signals.planes = false;
  for (const std::string& name : curate::packed_signals(*source)) {
    if (!unblind && is_blind(packed, settings, name))
      samples.left_out.push_back(name);
    else
      samples.signals.push_back(read(name, "Signal_data/" + name, of_signals));
  }
  return samples;
}

}  // namespace trigloop::evaluate
