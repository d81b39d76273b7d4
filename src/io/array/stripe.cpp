#include "io/array/stripe.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "io/array/copy.hpp"

namespace trigloop::io::array {
namespace {

void check_limit(const Layout& layout, std::uint64_t stripe_bytes, const ReadOptions& options) {
  const std::uint64_t needed = std::max(layout.chunk_bytes(), stripe_bytes);
  if (needed <= options.max_unit_bytes) return;
  throw core::Error(core::ErrorCode::limit, "one row of chunks takes " + std::to_string(needed) +
                                                " bytes, more than the limit of " +
                                                std::to_string(options.max_unit_bytes))
      .remedy("Store it in smaller chunks, or raise the limit if you trust the file");
}

/// Chunks side by side in one row of chunks. Absent chunks cost no bytes, so a tiny file could ask for billions.
void check_chunks(const Layout& layout) {
  constexpr std::uint64_t most = 1u << 20;
  std::uint64_t chunks = 1;
  for (std::size_t d = 1; d < layout.shape.size(); ++d) {
    const std::uint64_t along = layout.shape[d] / layout.chunk[d] + (layout.shape[d] % layout.chunk[d] != 0 ? 1 : 0);
    if (__builtin_mul_overflow(chunks, along, &chunks) || chunks > most) {
      throw core::Error(core::ErrorCode::limit, "cuts an entry into more than 2^20 chunks")
          .remedy("Store it in larger chunks");
    }
  }
}

bool spans_rows(const Layout& layout) {
  if (layout.order == Order::fortran && layout.shape.size() > 1) return false;
  return std::equal(layout.shape.begin() + 1, layout.shape.end(), layout.chunk.begin() + 1);
}

std::string to_text(std::span<const std::uint64_t> index) {
  std::string text = "chunk ";
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (d > 0) text += '.';
    text += std::to_string(index[d]);
  }
  return text;
}

}  // namespace

Stripe::Stripe(std::string name, std::shared_ptr<const Array> array, const ReadOptions& options)
    : name_(std::move(name)),
      array_(std::move(array)),
      row_bytes_(layout().inner() * event::size_of(layout().encoding.type)),
      stored_row_bytes_(layout().inner() * layout().encoding.stored_bytes()),
      whole_(spans_rows(layout())) {
  const std::uint64_t rows = std::min(layout().chunk[0], layout().entries());
  try {
    // Both factors are below 2^62; their product need not be.
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(rows, row_bytes_, &bytes)) bytes = ~std::uint64_t{0};
    check_limit(layout(), bytes, options);
    check_chunks(layout());
    reader_ = array_->open(options);
  } catch (core::Error& e) {
    e.in("column '" + name_ + "'");
    throw;
  }
}

void Stripe::seek(std::uint64_t row, CodecCost* cost) {
  if (row >= begin_ && row < end_) return;
  const std::uint64_t rows = layout().chunk[0], number = row / rows;
  begin_ = end_ = 0;  // nothing is held if the reading fails
  read_row_of_chunks(number, cost);
  begin_ = number * rows;
  end_ = std::min(begin_ + rows, layout().entries());
}

void Stripe::read_row_of_chunks(std::uint64_t number, CodecCost* cost) {
  const Layout& l = layout();
  const std::uint64_t rows = std::min(l.chunk[0], l.entries() - number * l.chunk[0]);
  const std::uint64_t values = rows * l.inner();
  if (values == 0) return rows_.resize_discard(0);
  core::ByteBuffer& target = l.encoding.half ? halves_ : rows_;
  std::vector<std::uint64_t> index(l.shape.size(), 0);
  index[0] = number;
  if (whole_) {
    target.resize_discard(l.chunk_bytes());
    read_chunk(index, target.span(), cost);
  } else {
    target.resize_discard(rows * stored_row_bytes_);
    chunk_.resize_discard(l.chunk_bytes());
    for (std::size_t d = 1; d != 0;) {
      read_chunk(index, chunk_.span(), cost);
      scatter(l, index, chunk_.span(), target.data());
      for (d = l.shape.size() - 1; d > 0; --d) {
        if (++index[d] * l.chunk[d] < l.shape[d]) break;
        index[d] = 0;
      }
    }
  }
  if (l.encoding.half) {
    rows_.resize_discard(rows * row_bytes_);
    widen_halves(l.encoding, halves_.data(), reinterpret_cast<float*>(rows_.data()), values);
  } else {
    make_native(l.encoding, rows_.data(), values);
  }
}

void Stripe::read_chunk(std::span<const std::uint64_t> index, std::span<std::byte> out, CodecCost* cost) {
  try {
    reader_->read(index, out, cost);
  } catch (core::Error& e) {
    e.in(to_text(index));
    e.in("column '" + name_ + "'");
    throw;
  }
}

}  // namespace trigloop::io::array
