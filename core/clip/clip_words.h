// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portrait {

inline constexpr std::string_view kClipStart = "<|startoftext|>";
inline constexpr std::string_view kClipEnd = "<|endoftext|>";

// The words that CLIP's tokenizer (Radford et al., ICML 2021) sees in a text, UTF-8 as the text:
// composed (NFC), in lower case, cut by the pattern
//   <|startoftext|> | <|endoftext|> | 's | 't | 're | 've | 'm | 'll | 'd | letters | one digit |
//   anything else but white space
// with Unicode's classes; white space is between words and in none. Of the reference's cleaning,
// HTML entities and the repair of wrongly decoded text (ftfy) are left to whoever has such text.
// A capital sigma at the end of a word becomes the usual small one.
// Throws kBadInput: no valid UTF-8 (names the byte).
std::vector<std::string> clip_words(std::string_view utf8);

}  // namespace portrait
