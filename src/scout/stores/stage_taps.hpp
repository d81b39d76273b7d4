#pragma once
// The taps that write the stores of stages 1 to 3 from one input.
//
//     StageTaps taps(folder, {Stage::one, Stage::three}, *source, layout, input, engine->fraction(), threads);
//     options.taps = taps.taps();
//     examine(examiner, *source, input, options);
//     taps.commit();
//
// Stores hold what the input holds, repeated events included. Of the layout's features, all of stage 1, as int16: the
// original's int64 holds the same numbers. An event without missing energy has 0 there, where the original put -1.
#include <filesystem>
#include <memory>
#include <vector>

#include "event/layout.hpp"
#include "io/source.hpp"
#include "scout/pass/tap.hpp"
#include "scout/record/contribution.hpp"
#include "scout/stores/stages.hpp"

namespace trigloop::scout::stores {

/// A tap that leaves something behind.
class StoreTap : public Tap {
 public:
  virtual void commit() = 0;
};

class StageTaps final : public TapSet {
 public:
  /// Scores are codes x 2^-fraction; `threads` as in PassOptions. `source` must outlive the taps. Errors: output;
  /// mismatch, if the layout's events have no numbers of e/gammas and jets.
  StageTaps(const std::filesystem::path& folder, const std::vector<Stage>& stages, const io::Source& source,
            const event::Layout& layout, const InputId& input, int fraction, unsigned threads);

  std::vector<Tap*> taps() const override;
  /// Makes the stores visible, each whole; those of an earlier run over the same input are replaced.
  void commit() override;

 private:
  std::vector<std::unique_ptr<StoreTap>> taps_;
};

}  // namespace trigloop::scout::stores
