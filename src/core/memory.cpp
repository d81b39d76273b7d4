#include "core/memory.hpp"

#include <malloc.h>

namespace trigloop::core {

void keep_freed_memory() noexcept {
#ifdef __GLIBC__
  constexpr int mmap_from = 32 << 20;  // the largest that glibc accepts
  constexpr int trim_from = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, mmap_from);
  mallopt(M_TRIM_THRESHOLD, trim_from);
#endif
}

}  // namespace trigloop::core
