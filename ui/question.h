// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

class QMessageBox;
class QWidget;

namespace portrait {

// A question over the window, without buttons yet. Open it; it goes by itself when it is answered.
QMessageBox* make_question(const QString& text, const QString& details, QWidget* window);

}  // namespace portrait
