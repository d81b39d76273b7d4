#pragma once
// Follows object paths through a basket of whole objects.
#include "io/root/decode.hpp"
#include "io/root/object_path.hpp"

namespace trigloop::io::root {

/// Collects the stored values of the member that `path` leads to, of `item_bytes` each, and how many each entry has
/// (`counts`, one an entry). Returns them: in `gathered`, or in the basket if they lie there in one piece. Errors:
/// damaged, if the bytes do not fit the path; unsupported, if a class is stored in another version than the file
/// describes.
std::span<const std::byte> gather_member(const ObjectPath& path, std::size_t item_bytes, const BasketBytes& basket,
                                         core::ByteBuffer& gathered, std::uint32_t* counts);

}  // namespace trigloop::io::root
