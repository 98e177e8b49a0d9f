package present

import "fmt"

// Tables are the words of each language as they are written, by their keys.
func Tables() map[string]map[string]string {
	tables := map[string]map[string]string{"English": {}, "German": {}}
	for k, message := range english() {
		tables["English"][string(k)] = fmt.Sprint(message)
	}
	for k, message := range german() {
		tables["German"][string(k)] = fmt.Sprint(message)
	}
	return tables
}
