#pragma once
// Raw files made word by word, as the facts in io/raw/container.hpp and blocks.hpp say.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace trigloop::test {

using RawWords = std::vector<std::uint32_t>;

/// The words of a calorimeter's block: objects at their places behind the header.
inline RawWords calo_block(std::uint32_t crossing, std::uint32_t orbit) {
  RawWords words(59);
  words[1] = crossing, words[2] = orbit;
  return words;
}

inline RawWords muon_block(std::uint32_t crossing, std::uint32_t orbit, const RawWords& muons) {
  RawWords words{static_cast<std::uint32_t>(muons.size() / 3), crossing, orbit};
  words.insert(words.end(), muons.begin(), muons.end());
  return words;
}

struct RawEvent {
  std::uint32_t orbit = 1, sds = 1;
  RawWords words;
  std::uint32_t run = 7, lumisection = 3, version = 6;
};

inline RawWords joined(std::initializer_list<RawWords> blocks) {
  RawWords all;
  for (const RawWords& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

/// The bytes of a file of version 0002.
inline std::string raw_file(const std::vector<RawEvent>& events) {
  std::string bytes(32, '\0');
  const auto put = [&](std::uint32_t word) { bytes.append(reinterpret_cast<const char*>(&word), sizeof word); };
  for (const RawEvent& event : events) {
    for (const std::uint32_t word : {event.version, event.run, event.lumisection, event.orbit}) put(word);
    put(static_cast<std::uint32_t>(4 * event.words.size() + 4));
    put(0);
    put(event.sds);
    for (const std::uint32_t word : event.words) put(word);
  }
  const std::uint16_t header = 32;
  const auto n = static_cast<std::uint32_t>(events.size());
  const std::uint64_t size = bytes.size();
  std::memcpy(bytes.data(), "RAW_0002", 8);
  std::memcpy(&bytes[8], &header, 2);
  std::memcpy(&bytes[12], &n, 4);
  std::memcpy(&bytes[24], &size, 8);
  return bytes;
}

}  // namespace trigloop::test
