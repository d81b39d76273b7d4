// A program that keeps books of a few small inputs: what the crash tests kill. Files that are cut apart and overlap,
// copies, a contradiction, and an input that comes after its lumisection was committed.
//
//     ledger_driver FOLDER [--again]     --again: after an error, go on from there once more
#include <iostream>
#include <string_view>

#include "core/error.hpp"
#include "scout/ledger/ledger.hpp"
#include "test/scout/ledger/fake_pass.hpp"

using namespace trigloop;

namespace {

std::vector<test::FakeInput> inputs() {
  const auto events = test::fake_events(1, 12, 6);
  const auto part = [&](std::size_t first, std::size_t last) {
    return std::vector<test::FakeEvent>(events.begin() + static_cast<std::ptrdiff_t>(first),
                                        events.begin() + static_cast<std::ptrdiff_t>(last));
  };
  std::vector<test::FakeInput> all{
      {"a", 1, part(0, 40)}, {"b", 1, part(31, events.size())}, {"c", 2, events}, {"d", 1, part(3, 29)}};
  all[3].events[10].hash ^= 1;
  return all;
}

void process(scout::Ledger& ledger, const test::FakeInput& input) {
  const scout::InputId id = test::fake_pass(input).input;
  const event::LumiKey lumi{396102, input.lumisection};
  if (ledger.done(id)) return;
  if (!std::ranges::count(ledger.open(), lumi)) test::fake_add(ledger, input);
  if (std::ranges::count(ledger.open(), lumi)) ledger.commit(lumi, scout::Completeness::complete);
  ledger.finish(id, {lumi});
}

void run(const char* folder, bool again) {
  try {
    scout::Ledger ledger(folder, test::fake_identity(), {{test::fake_reservoir}, {}});
    for (const test::FakeInput& input : inputs()) {
      try {
        process(ledger, input);
      } catch (const core::Error& e) {
        if (!again) throw;
        std::cerr << "once more: " << e.what() << '\n';
        process(ledger, input);
      }
    }
  } catch (const core::Error& e) {
    if (!again) throw;
    std::cerr << "from the start: " << e.what() << '\n';
    run(folder, false);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argv[1], argc > 2 && std::string_view(argv[2]) == "--again");
    return 0;
  } catch (const core::Error& e) {
    std::cerr << e.what() << '\n';
    return static_cast<int>(e.code());
  }
}
