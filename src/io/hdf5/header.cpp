#include "io/hdf5/header.hpp"

#include <algorithm>

namespace trigloop::io::hdf5 {
namespace {

constexpr std::size_t max_messages = 1u << 16, max_blocks = 1u << 10, max_bytes = 16u << 20;

struct Block {
  std::uint64_t address, bytes;
};

/// Reads the blocks of one header; a continuation message adds a block.
class HeaderParser {
 public:
  explicit HeaderParser(const Image& image) : image_(image) {}

  std::vector<Message> parse(std::uint64_t address) {
    Record start = image_.read(address, 4);
    start.bytes()[0] == std::byte{'O'} ? parse_new(address) : parse_old(address);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (i > max_blocks) too_many(address);
      const Block block = blocks_[i];
      if (new_) {
        Record record = image_.read_checked(block.address, block.bytes);
        record.expect("OCHK");
        parse_messages(record, 4);
      } else {
        Record record = image_.read(block.address, block.bytes);
        parse_messages(record, 0);
      }
    }
    return std::move(messages_);
  }

 private:
  void parse_old(std::uint64_t address) {
    Record prefix = image_.read(address, 16);
    if (prefix.u8() != 1) fail("an object header is of no known version", prefix.position() - 1);
    prefix.skip(1 + 2 + 4);  // reserved, number of messages, reference count
    Record record = image_.read(address + 16, prefix.u32());
    parse_messages(record, 0);
  }

  void parse_new(std::uint64_t address) {
    new_ = true;
    Record prefix = image_.read(address, 6);
    prefix.expect("OHDR");
    if (prefix.u8() != 2) fail("an object header is of no known version", prefix.position() - 1);
    const auto flags = prefix.u8();
    tracked_ = (flags & 0x04) != 0;
    const std::size_t fixed = 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
    const std::size_t size_bytes = std::size_t{1} << (flags & 3);
    Record wide = image_.read(address, fixed + size_bytes);
    wide.skip(fixed);
    const std::uint64_t bytes = wide.number(size_bytes);
    image_.offset_of(address, bytes);  // before the sum below may overflow
    Record record = image_.read_checked(address, fixed + size_bytes + bytes + 4);
    record.skip(fixed + size_bytes);
    parse_messages(record, 4);
  }

  void parse_messages(Record& record, std::size_t tail) {
    const std::size_t prefix = new_ ? (tracked_ ? 6 : 4) : 8;
    // What is too short for a message is a gap.
    while (record.remaining() >= prefix + tail) {
      Message message;
      message.kind = static_cast<MessageKind>(new_ ? record.u8() : record.u16());
      const std::size_t bytes = record.u16();
      const auto flags = record.u8();
      record.skip(new_ ? (tracked_ ? 2 : 0) : 3);
      message.shared = (flags & 0x02) != 0;
      message.body = record.part(bytes);
      if (message.kind == MessageKind::continuation) {
        const std::uint64_t address = message.body.address(image_.address_bytes());
        blocks_.push_back({address, message.body.number(image_.length_bytes())});
      } else {
        messages_.push_back(std::move(message));
      }
      bytes_ += bytes;
      if (messages_.size() > max_messages || bytes_ > max_bytes) too_many(record.position());
    }
  }

  [[noreturn]] static void too_many(std::uint64_t address) {
    throw core::Error(core::ErrorCode::limit, "has an object header of too many parts").offset(address);
  }

  const Image& image_;
  bool new_ = false, tracked_ = false;
  std::size_t bytes_ = 0;
  std::vector<Block> blocks_;
  std::vector<Message> messages_;
};

}  // namespace

std::vector<Message> read_header(const Image& image, std::uint64_t address) {
  return HeaderParser(image).parse(address);
}

const Message* find(const std::vector<Message>& messages, MessageKind kind) {
  const auto found = std::ranges::find(messages, kind, &Message::kind);
  return found == messages.end() ? nullptr : &*found;
}

Message resolve(const Image& image, const Message& message) {
  if (!message.shared) return message;
  Record body = message.body;
  const auto version = body.u8(), type = body.u8();
  if (version == 1) body.skip(6);
  if (version == 0 || version > 3 || (version == 3 && type != 2)) {
    throw core::Error(core::ErrorCode::unsupported, "shares messages in a heap of its own").offset(body.position());
  }
  const auto messages = read_header(image, body.address(image.address_bytes()));
  const Message* found = find(messages, message.kind);
  if (found == nullptr || found->shared) fail("a shared message is not where it should be", body.position());
  return *found;
}

}  // namespace trigloop::io::hdf5
