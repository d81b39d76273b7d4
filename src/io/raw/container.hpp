#pragma once
// The files that the scouting network writes: where in them each source's part of each orbit lies.
//
// Facts of CMSSW: a file begins with FRDFileHeader (IOPool/Streamer/interface/FRDFileHeader.h; EvFDaqDirector requires
// it): "RAW_", "0001" or "0002", then little-endian uint16 size of the header; version 1: uint16 events, uint32
// lumisection, uint64 bytes of the file; version 2: uint16 type, uint32 events, uint32 run, uint32 lumisection, uint64
// bytes. Events follow (FRDEventMessage.h, versions 5 and 6): uint16 version, uint16 flags, uint32 run, lumisection,
// event, bytes of the payload, CRC-32C of the payload. (CMSSW's DAQSource checks it in its other modes alone, so it may
// be left out: 0 is not checked.) An event is what one source saw of an orbit (DAQSourceModelsScoutingRun3): its number
// is the orbit's; the payload is the uint32 id of the source, then its blocks. Sources that write files of their own
// call them as the first with "_1", "_2", ... behind; orbits that one of them lacks are as if it had seen nothing.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/file.hpp"

namespace trigloop::io::raw {

/// A source's part of an orbit.
struct Part {
  std::uint64_t offset = 0;  ///< of its blocks in the file
  std::uint32_t bytes = 0;
  std::uint32_t sds = 0;
  std::uint32_t file = 0;
  std::uint32_t checksum = 0;  ///< CRC-32C of the id of the source and the blocks; 0: not stated
};

struct Orbit {
  std::uint32_t run = 0, lumisection = 0, number = 0;
  std::size_t first_part = 0;  ///< its parts end where those of the next orbit begin
};

struct Container {
  std::vector<core::InputFile> files;
  std::vector<Part> parts;
  std::vector<Orbit> orbits;  ///< ascending by run and number, and one behind the last

  std::size_t size() const noexcept { return orbits.size() - 1; }
};

/// Opens a file and its companions, and finds all orbits by their headers. Errors: not_found; damaged, with the byte
/// offset (and the orbit where there is one), for headers that cannot be, parts that stand twice, orbits that
/// contradict each other; unsupported, for data of other sources.
Container open_container(const std::filesystem::path& path);

/// NAME, and those of NAME_1, NAME_2, ... that are there without a gap.
std::vector<std::filesystem::path> with_companions(const std::filesystem::path& path);

/// Whether this is a companion by its name: "run396102_ls0012_index000003.raw_1".
bool is_companion(const std::filesystem::path& path);

}  // namespace trigloop::io::raw
