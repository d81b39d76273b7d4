#include "io/npy/member.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <string>

#include "core/buffer.hpp"
#include "core/error.hpp"

namespace trigloop::io::npy {
namespace {

constexpr std::size_t piece = 64u << 10;

}  // namespace

struct MemberStream::Inflater {
  Inflater() : input(piece) {
    // A negative window size means a bare deflate stream.
    if (::inflateInit2(&z, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&z); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream z{};
  core::ByteBuffer input;
};

MemberStream::MemberStream(std::shared_ptr<const core::InputFile> file, const Member& member)
    : file_(std::move(file)), member_(member) {
  if (member.encrypted) throw core::Error(core::ErrorCode::unsupported, "is encrypted");
  if (member.method != 0 && member.method != 8) {
    throw core::Error(core::ErrorCode::unsupported, "is compressed by zip method " + std::to_string(member.method) +
                                                        "; stored and deflated members are read");
  }
  begin_ = data_offset(*file_, member);
  if (member.method == 0 && member.stored_bytes != member.raw_bytes) fail("its two sizes differ, though it is stored");
  // Deflate cannot do better than 1032 to 1: a larger claim is a lie, found before memory is asked for.
  if (member.method == 8 && member.raw_bytes / 1032 > member.stored_bytes) fail("claims an impossible ratio");
  restart();
}

MemberStream::~MemberStream() = default;

void MemberStream::restart() {
  taken_ = position_ = 0;
  crc_ = 0;
  skipped_ = false;
  if (member_.method == 8) inflater_ = std::make_unique<Inflater>();
}

void MemberStream::read(std::uint64_t offset, std::span<std::byte> out, CodecCost* cost) {
  if (offset > member_.raw_bytes || out.size() > member_.raw_bytes - offset) {
    fail("holds " + std::to_string(member_.raw_bytes) + " bytes, fewer than its header claims");
  }
  if (offset < position_) restart();
  // A short gap (the npy header) is read through, so that the checksum covers it; a long one is jumped over.
  if (member_.method == 0 && offset > position_ && offset - position_ > piece) {
    taken_ = position_ = offset;
    skipped_ = true;
  }
  std::byte skipped[4096];
  while (position_ < offset) {
    produce(std::span(skipped).first(std::min<std::uint64_t>(sizeof(skipped), offset - position_)), cost);
  }
  produce(out, cost);
  if (position_ == member_.raw_bytes) check_end();
}

void MemberStream::produce(std::span<std::byte> out, CodecCost* cost) {
  if (member_.method == 0) {
    file_->read(begin_ + taken_, out);
    taken_ += out.size();
  } else {
    inflate(out, cost);
  }
  crc_ = ::libdeflate_crc32(crc_, out.data(), out.size());
  position_ += out.size();
}

void MemberStream::inflate(std::span<std::byte> out, CodecCost* cost) {
  z_stream& z = inflater_->z;
  std::size_t done = 0;
  while (done < out.size()) {
    if (z.avail_in == 0 && taken_ < member_.stored_bytes) {
      const auto n = std::min<std::uint64_t>(piece, member_.stored_bytes - taken_);
      file_->read(begin_ + taken_, inflater_->input.span().first(n));
      taken_ += n;
      z.next_in = reinterpret_cast<Bytef*>(inflater_->input.data());
      z.avail_in = static_cast<uInt>(n);
    }
    const std::size_t room = std::min<std::size_t>(out.size() - done, 1u << 30);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    z.avail_out = static_cast<uInt>(room);
    const auto start = std::chrono::steady_clock::now();
    const int status = ::inflate(&z, Z_NO_FLUSH);
    if (cost != nullptr) {
      cost->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    const std::size_t made = room - z.avail_out;
    done += made;
    if (status == Z_STREAM_END && done < out.size()) fail("its deflate stream ends too early");
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) fail("its deflate stream is corrupt");
    if (made == 0 && z.avail_in == 0 && taken_ == member_.stored_bytes) fail("its deflate stream is cut short");
  }
}

void MemberStream::check_end() {
  if (!skipped_ && crc_ != member_.crc) fail("its CRC-32 is wrong");
}

void MemberStream::fail(const std::string& reason) const {
  throw core::Error(core::ErrorCode::damaged, reason)
      .offset(begin_ + taken_)
      .remedy("The file is cut short or corrupted: copy it again from its source");
}

}  // namespace trigloop::io::npy
