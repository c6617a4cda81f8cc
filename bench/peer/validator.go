package main

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// validator applies the rules that one object alone decides.
type validator struct {
	credentialsNamespace string
}

func (v validator) ValidateCreate(_ context.Context, provider *MailProvider) (admission.Warnings, error) {
	return v.validate(&provider.Spec)
}

func (v validator) ValidateUpdate(_ context.Context, _, provider *MailProvider) (admission.Warnings, error) {
	return v.validate(&provider.Spec)
}

func (v validator) ValidateDelete(context.Context, *MailProvider) (admission.Warnings, error) {
	return nil, nil
}

func (v validator) validate(spec *Spec) (admission.Warnings, error) {
	if faults := faultsOf(spec, v.credentialsNamespace); len(faults) > 0 {
		return nil, faults.ToAggregate()
	}
	return warningsFor(&spec.SMTP), nil
}
