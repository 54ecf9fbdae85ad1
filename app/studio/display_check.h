// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace portrait {

// Why no window can be opened here; empty when one can. Asked before Qt is, which would abort.
// platform: what QT_QPA_PLATFORM or -platform names, empty for Qt's own choice.
std::string why_no_display(const std::string& platform);

}  // namespace portrait
