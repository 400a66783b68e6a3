// What a block holds, as text: for `clew inspect <block>`.
#pragma once

#include <string>

#include "block/block_reader.h"

namespace clew::block {

// Manifest, files and, for each column, type, encodings, compressed size, share, bytes a row, dictionary, bloom filter.
stdx::Result<std::string> inspect_block(const BlockSpanSet& block);

}  // namespace clew::block
