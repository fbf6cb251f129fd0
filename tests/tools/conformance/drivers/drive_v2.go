// Takes the AWS SDK for Go v2 through the steps on stdin; prints what came back as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

func main() {
	client := lightsail.New(lightsail.Options{
		Region: os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		EndpointResolver: lightsail.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_LIGHTSAIL")),
		Retryer:          aws.NopRetryer{},
	})
	var steps [][2]json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&steps); err != nil {
		panic(err)
	}
	found := map[string][]string{}
	for _, step := range steps {
		var name string
		json.Unmarshal(step[0], &name)
		method := reflect.ValueOf(client).MethodByName(name)
		input := reflect.New(method.Type().In(1).Elem())
		json.Unmarshal(step[1], input.Interface())
		result := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
		if !result[1].IsNil() {
			fmt.Fprintln(os.Stderr, name, result[1].Interface())
			continue
		}
		output := result[0].Elem()
		for i := 0; i < output.NumField(); i++ {
			member := output.Type().Field(i).Name
			if output.Type().Field(i).IsExported() && !output.Field(i).IsZero() {
				found[name] = append(found[name], strings.ToLower(member[:1])+member[1:])
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(found)
}
