package reports

// The part of SARIF 2.1.0 that the writer uses. Names and order of the members
// are those of the standard; the numbers of its sections stand beside them.

type sarifLog struct { // §3.13
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct { // §3.14
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Automation  sarifAutomation   `json:"automationDetails"`
	Results     []sarifResult     `json:"results"`
	Properties  map[string]any    `json:"properties,omitempty"`
}

type sarifAutomation struct { // §3.17
	ID string `json:"id"`
}

type sarifTool struct { // §3.18
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct { // §3.19
	Name            string      `json:"name"`
	Version         string      `json:"version,omitempty"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
	InformationURI  string      `json:"informationUri"`
	Rules           []sarifRule `json:"rules"`
}

type sarifInvocation struct { // §3.20
	StartTimeUTC        string              `json:"startTimeUtc,omitempty"`
	EndTimeUTC          string              `json:"endTimeUtc,omitempty"`
	ExitCode            int                 `json:"exitCode"`
	ExitCodeDescription string              `json:"exitCodeDescription,omitempty"`
	Execution           []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	Configuration       []sarifNotification `json:"toolConfigurationNotifications,omitempty"`
	ExecutionSuccessful bool                `json:"executionSuccessful"`
}

type sarifNotification struct { // §3.58
	Locations      []sarifLocation `json:"locations,omitempty"`
	Message        sarifMessage    `json:"message"`
	Level          string          `json:"level"`
	AssociatedRule *sarifRuleRef   `json:"associatedRule,omitempty"`
}

type sarifRuleRef struct { // §3.52
	ID    string `json:"id"`
	Index int    `json:"index"`
}

type sarifMessage struct { // §3.11, and §3.12 with markdown
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifRule struct { // §3.49
	ID         string             `json:"id"`
	Short      sarifMessage       `json:"shortDescription"`
	Full       sarifMessage       `json:"fullDescription"`
	HelpURI    string             `json:"helpUri,omitempty"`
	Help       sarifMessage       `json:"help"`
	Default    sarifConfiguration `json:"defaultConfiguration"`
	Properties map[string]any     `json:"properties,omitempty"`
}

type sarifConfiguration struct { // §3.50
	Level string `json:"level"`
}

type sarifResult struct { // §3.27
	RuleID      string             `json:"ruleId"`
	RuleIndex   int                `json:"ruleIndex"`
	Kind        string             `json:"kind"`
	Level       string             `json:"level"`
	Message     sarifMessage       `json:"message"`
	Locations   []sarifLocation    `json:"locations"`
	Fingerprint map[string]string  `json:"partialFingerprints"`
	WebRequest  *sarifWebRequest   `json:"webRequest,omitempty"`
	WebResponse *sarifWebResponse  `json:"webResponse,omitempty"`
	Suppression []sarifSuppression `json:"suppressions"`
	Properties  map[string]any     `json:"properties,omitempty"`
}

type sarifSuppression struct { // §3.35
	Kind          string `json:"kind"`
	Justification string `json:"justification,omitempty"`
}

type sarifLocation struct { // §3.28
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct { // §3.29
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct { // §3.4
	URI string `json:"uri"`
}

type sarifRegion struct { // §3.30
	StartLine int `json:"startLine"`
}

type sarifLogical struct { // §3.33
	Name string `json:"name"`
	Full string `json:"fullyQualifiedName,omitempty"`
	Kind string `json:"kind"`
}

type sarifWebRequest struct { // §3.46
	Protocol string            `json:"protocol,omitempty"`
	Version  string            `json:"version,omitempty"`
	Target   string            `json:"target,omitempty"`
	Method   string            `json:"method,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Body     *sarifContent     `json:"body,omitempty"`
}

type sarifWebResponse struct { // §3.47
	Protocol   string            `json:"protocol,omitempty"`
	Version    string            `json:"version,omitempty"`
	StatusCode int               `json:"statusCode,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       *sarifContent     `json:"body,omitempty"`
	None       bool              `json:"noResponseReceived,omitempty"`
}

type sarifContent struct { // §3.3
	Text string `json:"text"`
}
