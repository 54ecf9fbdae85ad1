// SPDX-License-Identifier: Apache-2.0
#include "core/photo/finding_texts.h"

#include <algorithm>
#include <utility>

namespace portrait {
namespace finding_text {

const char* const kSmallHead =
    "The head is %1 px high (advised: %2 or more): skin, hair and eyes will be soft. Use a closer "
    "or larger photo";
const char* const kBlurred =
    "The face is blurred: the head will take its softness over. Use a photo that is in focus";
const char* const kTurned =
    "The head is turned by %1 degrees (advised: at most %2): the far half of the face will be "
    "guessed. Use a photo taken more from the front";
const char* const kFromAbove =
    "The head is seen %1 degrees from above: proportions will be less certain. Use a photo taken "
    "at eye level";
const char* const kFromBelow =
    "The head is seen %1 degrees from below: proportions will be less certain. Use a photo taken "
    "at eye level";
const char* const kCutTop =
    "The photo's top border cuts the head off: what lies beyond will be invented. Use a photo with "
    "some room round the head";
const char* const kCutLeft =
    "The photo's left border cuts the head off: what lies beyond will be invented. Use a photo "
    "with some room round the head";
const char* const kCutRight =
    "The photo's right border cuts the head off: what lies beyond will be invented. Use a photo "
    "with some room round the head";
const char* const kCutBottom =
    "The photo's bottom border cuts the head off: what lies beyond will be invented. Use a photo "
    "with some room round the head";
const char* const kSeveralFaces =
    "There are %1 faces; the largest was taken. Choose another in the photo, or by its number, 1 "
    "to %1 from left to right (the setting Face)";
const char* const kUncertain =
    "Eyes, nose and mouth were found with little certainty: the head may come out turned or "
    "stretched. Use a photo with even light and nothing in front of the face";
const char* const kEyesUntrusted =
    "The landmarks could not be trusted; the head was placed by its eyes alone and taken to look "
    "straight ahead. Use a photo with the face clear and from the front";
const char* const kEyesNoNetwork =
    "There is no landmark network; the head was placed by its eyes alone and taken to look "
    "straight ahead. Use a pack that has one";

}  // namespace finding_text

std::span<const char* const> finding_texts() {
  using namespace finding_text;
  static const char* const texts[] = {
      kSmallHead, kBlurred,   kTurned,       kFromAbove, kFromBelow,     kCutTop,       kCutLeft,
      kCutRight,  kCutBottom, kSeveralFaces, kUncertain, kEyesUntrusted, kEyesNoNetwork};
  return texts;
}

Finding make_finding(const char* code, FindingSeverity severity, const char* pattern,
                     std::vector<std::string> arguments) {
  Finding finding{code, severity, pattern, pattern, std::move(arguments)};
  for (std::size_t i = 0; i < finding.arguments.size(); ++i) {
    const std::string place = "%" + std::to_string(i + 1);
    for (std::size_t at = 0; (at = finding.message.find(place, at)) != std::string::npos;
         at += finding.arguments[i].size()) {
      finding.message.replace(at, place.size(), finding.arguments[i]);
    }
  }
  return finding;
}

}  // namespace portrait
