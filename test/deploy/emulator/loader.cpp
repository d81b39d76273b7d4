// A loader of emulator libraries as CMSSW has one, written from the description of the interface alone. Compiled by the
// test against ap_types; it shares no source with the product.
//
// usage: loader EVENTS SCORES THREADS LIBRARY...
// EVENTS: int16, 57 an event. Each thread scores all events with each library, turn by turn, event by event; SCORES
// gets the scores of the first thread, int32 (code of <18,14>), library by library. Prints events a second of one core.
#include <dlfcn.h>

#include <any>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ap_fixed.h"
#include "ap_int.h"

namespace hls4mlEmulator {
class Model {
 public:
  virtual void prepare_input(std::any) = 0;
  virtual void predict() = 0;
  virtual void read_result(std::any) = 0;
  virtual ~Model() = default;
};
}  // namespace hls4mlEmulator

using Unscaled = ap_fixed<18, 13>;
using Result = ap_fixed<18, 14, AP_RND_CONV, AP_SAT>;
using Loss = ap_ufixed<18, 14>;

struct Library {
  hls4mlEmulator::Model* (*create)();
  void (*destroy)(hls4mlEmulator::Model*);
};

Library load(const char* path) {
  void* handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(2);
  }
  return {reinterpret_cast<hls4mlEmulator::Model* (*)()>(dlsym(handle, "create_model")),
          reinterpret_cast<void (*)(hls4mlEmulator::Model*)>(dlsym(handle, "destroy_model"))};
}

int main(int, char** words) {
  std::ifstream file(words[1], std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto* events = reinterpret_cast<const std::int16_t*>(bytes.data());
  const std::size_t count = bytes.size() / 2 / 57;
  std::vector<Library> libraries;
  for (char** word = words + 4; *word != nullptr; ++word) libraries.push_back(load(*word));
  std::vector<std::int32_t> scores(libraries.size() * count);
  std::vector<std::thread> threads;
  const std::clock_t start = std::clock();  // of all threads: a busy machine does not count
  for (int t = 0; t < std::atoi(words[3]); ++t)
    threads.emplace_back([&, t] {
      std::vector<hls4mlEmulator::Model*> models;
      for (const Library& library : libraries) models.push_back(library.create());
      for (std::size_t e = 0; e < count; ++e)
        for (std::size_t m = 0; m < models.size(); ++m) {
          Unscaled input[57];
          for (int k = 0; k < 57; ++k) input[k] = events[e * 57 + k];
          models[m]->prepare_input(static_cast<Unscaled*>(input));
          models[m]->predict();
          std::pair<Result, Loss> result;
          models[m]->read_result(&result);
          const auto code = static_cast<std::int32_t>((result.second * 16).to_double());
          if (result.first.to_double() != result.second.to_double()) std::exit(3);
          std::int32_t& score = scores[m * count + e];
          if (t == 0) score = code;
        }
      for (std::size_t m = 0; m < models.size(); ++m) libraries[m].destroy(models[m]);
    });
  for (std::thread& thread : threads) thread.join();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%.0f\n", static_cast<double>(count * libraries.size()) * std::atof(words[3]) / seconds);
  std::ofstream(words[2], std::ios::binary)
      .write(reinterpret_cast<const char*>(scores.data()), static_cast<std::streamsize>(scores.size() * 4));
}
