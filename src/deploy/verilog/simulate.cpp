#include "deploy/verilog/simulate.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/program.hpp"
#include "io/npy/header.hpp"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// Names of files that vanish at the end.
struct Scratch {
  fs::path events, scores;
  explicit Scratch(const fs::path& folder) : events(folder / "events.npy"), scores(folder / "scores.npy") {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove(events, ignored);
    fs::remove(scores, ignored);
  }
};

std::vector<std::int64_t> read_scores(const fs::path& path, std::size_t count) {
  const core::InputFile file(path);
  std::vector<std::byte> head(std::min<std::uint64_t>(file.size(), io::npy::max_header_bytes));
  file.read(0, head);
  const io::npy::Header header = io::npy::parse_header(head);
  std::vector<std::int64_t> values((file.size() - header.bytes) / 8);
  file.read(header.bytes, std::as_writable_bytes(std::span(values)));
  const std::size_t columns = count == 0 ? 1 : values.size() / count;  // scores, and decisions where there are any
  for (std::size_t e = 0; e < count; ++e) values[e] = values[e * columns];
  values.resize(count);
  return values;
}

template <class T>
std::vector<std::int64_t> run(const fs::path& project, std::span<const T> events, std::size_t features,
                              const SimulateOptions& options) {
  compile_simulation(project, options);
  const fs::path build = fs::absolute(project) / "sim/build";
  const Scratch scratch(build);
  core::OutputFile file(scratch.events);
  const std::uint64_t shape[] = {events.size() / features, features};
  file.write(io::npy::make_header(sizeof(T) == 2 ? event::Type::int16 : event::Type::int64, shape));
  file.write(std::as_bytes(events));
  file.commit();
  core::run_tool({(build / "simulate").string(), scratch.events.string(), scratch.scores.string(),
                  std::to_string(options.threads)});
  return read_scores(scratch.scores, events.size() / features);
}

}  // namespace

void compile_simulation(const fs::path& project, const SimulateOptions& options) {
  if (!core::find_program("verilator")) {
    throw core::Error(core::ErrorCode::not_found, "verilator is not installed")
        .remedy("Install it (Debian: apt-get install verilator)");
  }
  core::run_tool({"make", "-s", "-j", std::to_string(options.threads), "build/simulate"}, project / "sim");
}

std::vector<std::int64_t> simulate(const fs::path& project, std::span<const std::int64_t> events, std::size_t features,
                                   const SimulateOptions& options) {
  return run(project, events, features, options);
}

std::vector<std::int64_t> simulate(const fs::path& project, std::span<const std::int16_t> events, std::size_t features,
                                   const SimulateOptions& options) {
  return run(project, events, features, options);
}

}  // namespace trigloop::deploy
