// The C interface: no exception leaves it.
#include <algorithm>
#include <exception>
#include <string>

#include "core/error.hpp"
#include "model/qonnx_import.hpp"
#include "score/engine.hpp"
#include "score/trigloop_score.h"

namespace {

constexpr std::size_t block = 1024;  // events turned to feature-major at a time
thread_local std::string last_error;

/// Runs `work`; 0, or the code of what it threw.
template <class Work>
int guarded(const Work& work) {
  try {
    work();
    return 0;
  } catch (const trigloop::core::Error& e) {
    last_error = e.what();
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "an unknown error";
  }
  return static_cast<int>(trigloop::core::ErrorCode::internal);
}

}  // namespace

struct tl_engine {
  std::shared_ptr<const trigloop::score::Engine> engine;
  std::unique_ptr<trigloop::score::Stream> stream;
  std::vector<std::int16_t> columns;
  std::vector<std::int32_t> codes;
};

tl_engine* tl_engine_open(const char* model_path, const char* engine_name) {
  tl_engine* opened = nullptr;
  guarded([&] {
    const auto graph = trigloop::model::import_qonnx(std::filesystem::path(model_path));
    auto engine = trigloop::score::make_engine(graph, engine_name == nullptr ? "" : engine_name);
    auto stream = engine->stream();
    const std::size_t features = engine->features(), outputs = engine->outputs();
    opened = new tl_engine{std::move(engine), std::move(stream), std::vector<std::int16_t>(features * block),
                           std::vector<std::int32_t>(outputs * block)};
  });
  return opened;
}

void tl_engine_close(tl_engine* engine) { delete engine; }

size_t tl_features(const tl_engine* engine) { return engine->engine->features(); }
size_t tl_outputs(const tl_engine* engine) { return engine->engine->outputs(); }
int tl_fraction(const tl_engine* engine) { return engine->engine->fraction(); }

int tl_score(tl_engine* engine, const int16_t* rows, size_t events, int32_t* codes) {
  return guarded([&] {
    const std::size_t features = tl_features(engine), outputs = tl_outputs(engine);
    for (std::size_t begin = 0; begin < events; begin += block) {
      const std::size_t n = std::min(block, events - begin);
      for (std::size_t e = 0; e < n; ++e)
        for (std::size_t k = 0; k < features; ++k) engine->columns[k * block + e] = rows[(begin + e) * features + k];
      engine->stream->run({engine->columns.data(), block, n, nullptr}, engine->codes.data());
      for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t e = 0; e < n; ++e) codes[(begin + e) * outputs + o] = engine->codes[o * n + e];
    }
  });
}

const char* tl_last_error(void) { return last_error.c_str(); }
