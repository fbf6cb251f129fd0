// Takes the AWS SDK for Go v1 through the steps on stdin; prints what came back as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/lightsail"
)

func main() {
	endpoint := os.Getenv("AWS_ENDPOINT_URL_LIGHTSAIL")
	client := lightsail.New(session.Must(session.NewSession(aws.NewConfig().WithEndpoint(endpoint))))
	var steps [][2]json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&steps); err != nil {
		panic(err)
	}
	found := map[string][]string{}
	for _, step := range steps {
		var name string
		json.Unmarshal(step[0], &name)
		method := reflect.ValueOf(client).MethodByName(name)
		input := reflect.New(method.Type().In(0).Elem())
		json.Unmarshal(step[1], input.Interface())
		result := method.Call([]reflect.Value{input})
		if !result[1].IsNil() {
			fmt.Fprintln(os.Stderr, name, result[1].Interface())
			continue
		}
		output := result[0].Elem()
		for i := 0; i < output.NumField(); i++ {
			member := output.Type().Field(i).Name
			if member != "_" && !output.Field(i).IsZero() {
				found[name] = append(found[name], strings.ToLower(member[:1])+member[1:])
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(found)
}
