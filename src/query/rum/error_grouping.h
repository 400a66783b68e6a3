// Variants of errors → groups by their key.
#pragma once

#include <vector>

#include "query/rum/browser_error_groups.h"

namespace clew::query_rum {

struct ErrorGroupParts {
  ErrorKey key;
  std::vector<const ErrorVariant*> variants;  // The newest first.
  std::optional<ResolvedFrame> culprit;       // Of the newest.
};

// The variants must outlive them.
std::vector<ErrorGroupParts> group_errors(const ErrorVariants& variants, const SourcePositions& positions);
std::vector<ErrorSighting> sightings_of(const ErrorVariants& variants, const std::vector<ErrorGroupParts>& groups);

// All of a group but its state, cause and samples. Sights: the newest `sights_max`.
BrowserErrorGroup summed(const ErrorVariants& variants, const ErrorGroupParts& parts, size_t sights_max);

}  // namespace clew::query_rum
