package reports

// Clone copies an exchange with everything it refers to.
func (e Exchange) Clone() Exchange {
	e.Request.Header = append([]Header(nil), e.Request.Header...)
	if e.Response != nil {
		m := *e.Response
		m.Header = append([]Header(nil), m.Header...)
		e.Response = &m
	}
	e.Judged = append([]Judgement(nil), e.Judged...)
	return e
}
