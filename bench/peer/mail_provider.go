package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var groupVersionKind = schema.GroupVersionKind{
	Group:   "breakglass.t-caas.telekom.com",
	Version: "v1alpha1",
	Kind:    "MailProvider",
}

// MailProvider is the object under review. A pointer stands where absent and empty differ.
type MailProvider struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              Spec `json:"spec"`
}

type Spec struct {
	DisplayName string `json:"displayName"`
	Default     bool   `json:"default"`
	Disabled    bool   `json:"disabled"`
	SMTP        SMTP   `json:"smtp"`
	Sender      Sender `json:"sender"`
	Retry       Retry  `json:"retry"`
}

type SMTP struct {
	Host                 string       `json:"host"`
	Port                 int64        `json:"port"`
	Username             string       `json:"username"`
	PasswordRef          *PasswordRef `json:"passwordRef"`
	InsecureSkipVerify   bool         `json:"insecureSkipVerify"`
	CertificateAuthority string       `json:"certificateAuthority"`
	DisableTLS           bool         `json:"disableTLS"`
	TLSMode              *string      `json:"tlsMode"`
	ServerName           string       `json:"serverName"`
}

type PasswordRef struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
}

type Sender struct {
	Address string `json:"address"`
	Name    string `json:"name"`
}

type Retry struct {
	Count            *int64 `json:"count"`
	InitialBackoffMs *int64 `json:"initialBackoffMs"`
	QueueSize        *int64 `json:"queueSize"`
}

func copyOf[T any](original *T) *T {
	if original == nil {
		return nil
	}
	copied := *original
	return &copied
}

// DeepCopyObject makes MailProvider a runtime.Object.
func (p *MailProvider) DeepCopyObject() runtime.Object {
	copied := *p
	p.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	smtp, retry := &copied.Spec.SMTP, &copied.Spec.Retry
	smtp.PasswordRef, smtp.TLSMode = copyOf(smtp.PasswordRef), copyOf(smtp.TLSMode)
	retry.Count, retry.QueueSize = copyOf(retry.Count), copyOf(retry.QueueSize)
	retry.InitialBackoffMs = copyOf(retry.InitialBackoffMs)
	return &copied
}
