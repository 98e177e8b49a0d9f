package grade

import "math"

// Share is a share of good ones, with its interval.
type Share struct {
	Good int     `json:"good"`
	Of   int     `json:"of"`
	Rate float64 `json:"rate"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// z is the standard normal's 97.5 % quantile: intervals hold 95 %.
const z = 1.959964

// shareOf is the share, with Wilson's score interval (E. B. Wilson, 1927). Of none nothing is known: from 0 to 1.
func shareOf(good, of int) Share {
	if of == 0 {
		return Share{High: 1}
	}
	n, p := float64(of), float64(good)/float64(of)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Share{Good: good, Of: of, Rate: p, Low: max(0, middle-half), High: min(1, middle+half)}
}
