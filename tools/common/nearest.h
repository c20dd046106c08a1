// What somebody may have meant who wrote a name wrong.
#pragma once

#include <string>
#include <vector>

// The candidate that takes the fewest changes of letters to become `text`.
std::string nearest(const std::string& text, const std::vector<std::string>& candidates);
// "; did you mean 'X'?" where a candidate is near, else "; there are: X, Y" of a short list, else nothing.
std::string suggestion(const std::string& text, const std::vector<std::string>& candidates);
