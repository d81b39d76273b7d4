// make_compat_root FOLDER: writes the ROOT samples of this version, one a codec. Run once, when the version is
// released.
#include <filesystem>

#include "io/root/writer.hpp"
#include "test/compat/root_v0_1.hpp"

int main(int, char** argv) {
  using namespace trigloop;
  using io::root::Codec;
  const test::Sample sample = test::root_sample_v0_1();
  const std::pair<const char*, Codec> files[] = {
      {"none", Codec::none}, {"zlib", Codec::zlib}, {"zstd", Codec::zstd}, {"lz4", Codec::lz4}};
  for (const auto& [name, codec] : files) {
    io::root::Writer writer(std::filesystem::path(argv[1]) / ("events-" + std::string(name) + ".root"),
                            {.codec = codec, .cluster_entries = 16, .basket_bytes = 256, .title = "trigloop 0.1"});
    writer.add_table(sample.spec);
    sample.append_to(writer, 0, 10);
    writer.commit();
  }
}
