#include "tune/run/slots.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::tune {
namespace {

using Names = std::vector<std::string>;

struct Slots : testing::Test {
  Slots() { forget(); }
  ~Slots() override { forget(); }
  static void forget() {
    for (const char* variable : {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"}) ::unsetenv(variable);
  }
  static StudyFile with_gpus(double gpus, unsigned workers = 0) {
    StudyFile study;
    study.gpus = gpus;
    study.workers = workers;
    return study;
  }
};

TEST_F(Slots, SeeTheGpusThatABatchSystemGives) {
  ::setenv("ROCR_VISIBLE_DEVICES", "2,GPU-5f", 1);
  EXPECT_EQ(visible_gpus(), (Names{"2", "GPU-5f"}));
  ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_EQ(visible_gpus(), Names()) << "none is none, whatever the machine has";
}

TEST_F(Slots, SeeTheGpusOfAMachineByItsDrivers) {
  const test::TempDir root;
  EXPECT_EQ(visible_gpus(root.path()), Names());
  const auto put = [&](const std::string& file, const char* text) {
    std::filesystem::create_directories((root / file).parent_path());
    test::write_file(root / file, text);
  };
  const std::string nodes = "sys/class/kfd/kfd/topology/nodes/";
  put(nodes + "0/gpu_id", "0\n");
  put(nodes + "1/gpu_id", "51234\n");
  EXPECT_EQ(visible_gpus(root.path()), Names{"0"}) << "node 0 is the processor";
  for (const char* name : {"dev/nvidia0", "dev/nvidia1", "dev/nvidiactl", "dev/nvidia-uvm"}) put(name, "");
  EXPECT_EQ(visible_gpus(root.path()), (Names{"0", "1"}));
}

TEST_F(Slots, GiveWholeGpusOrSharesOfOne) {
  const Names gpus{"4", "7", "8", "9"};
  const StudyFile shared = with_gpus(0.5), pairs = with_gpus(2);
  EXPECT_EQ(gpus_of(shared, gpus, 0), "4");
  EXPECT_EQ(gpus_of(shared, gpus, 1), "4");
  EXPECT_EQ(gpus_of(shared, gpus, 2), "7");
  EXPECT_EQ(gpus_of(pairs, gpus, 0), "4,7");
  EXPECT_EQ(gpus_of(pairs, gpus, 1), "8,9");
  EXPECT_EQ(gpus_of(with_gpus(0), gpus, 0), "");
}

TEST_F(Slots, AreAsManyAsGpusAllow) {
  EXPECT_EQ(slots_of(with_gpus(2), {"0", "1"}), 1u);
  EXPECT_EQ(slots_of(with_gpus(0.5, 6), {"0"}), 6u) << "as the study says";
  EXPECT_THROW(slots_of(with_gpus(0.1, 6), {}), core::Error);
  EXPECT_THROW(slots_of(with_gpus(2), {"0"}), core::Error) << "no trial could have what it asks for";
}

}  // namespace
}  // namespace trigloop::tune
